import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readDialog } from '#core/dialog';
import { presetFile } from '#core/preset';
import { SCENES } from '#trials/agents/scenes';
import { Emulator } from '#world/pty/screen/emulator';
import { feed } from '#world/pty/screen/picture';
import { type Rendered, render } from '#world/pty/screen/rows';
import { Scanner } from '#world/pty/screen/scanner';
import { ROOT } from '../support/tidy.ts';

/** Screens of the real programs, recorded by `test-agents --record`: what a preset looks for must be there. */
const folder = join(ROOT, 'test/fixtures/screens');
const names = readdirSync(folder).filter((name) => !name.includes('.'));

type Index = { cols: number; rows: number; version: string; scenes: Record<string, { seen: boolean; file: string }> };

const PIECE = 256;

function lastScreen(bytes: Buffer, index: Index): Rendered {
  const screens = Array.from(looks(bytes, index, bytes.length));
  return screens[0] as Rendered;
}

/** Whether a screen that is fed these bytes ever looks as wanted. */
function everLooks(bytes: Buffer, index: Index, fits: (screen: Rendered) => boolean): boolean {
  for (const screen of looks(bytes, index, PIECE)) if (fits(screen)) return true;
  return false;
}

/** How a screen looks after each piece of so many bytes that it is fed. */
function* looks(bytes: Buffer, { cols, rows }: Index, size: number): Generator<Rendered> {
  const emulator = new Emulator(cols, rows, () => undefined);
  const scanner = new Scanner(rows);
  try {
    for (let at = 0; at < bytes.length; at += size) {
      feed(emulator, scanner, bytes.subarray(at, at + size), () => undefined);
      yield render(emulator, scanner.modes, { lines: rows, colour: false });
    }
  } finally {
    emulator.dispose();
  }
}

describe.each(names)('the real screens of %s', (name) => {
  const preset = presetFile.parse(JSON.parse(readFileSync(join(ROOT, 'presets', `${name}.json`), 'utf8')));
  const index = JSON.parse(readFileSync(join(folder, name, 'index.json'), 'utf8')) as Index;
  const bytesOf = (file: string) => {
    const bytes = readFileSync(join(folder, name, file));
    return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  };

  test('are of the version that its preset was measured with', () => {
    expect(index.version).toBe(preset.install?.version);
  });

  test.each(Object.entries(index.scenes).filter(([, { seen }]) => seen))('show the sign of the scene %s', (scene, { file }) => {
    const sign = SCENES.find((one) => one.name === scene)?.sign(preset);
    expect(sign && everLooks(bytesOf(file), index, sign)).toBe(true);
  });

  test('end in a dialog without a prompt that looks ready', () => {
    const ready = SCENES.find((one) => one.name === 'ready')?.sign(preset) ?? (() => false);
    const dialogs = ['trust', 'warning', 'first-run', 'permission'].flatMap((scene) => index.scenes[scene] ?? []);
    const wrong = dialogs.filter(({ seen, file }) => seen && ready(lastScreen(bytesOf(file), index)));
    expect(wrong).toEqual([]);
  });

  test.each(['trust', 'permission'].filter((scene) => index.scenes[scene]?.seen && name !== 'opencode'))(
    'are read as a question with choices in the scene %s',
    (scene) => {
      const { text } = lastScreen(bytesOf(index.scenes[scene]?.file ?? ''), index);
      const { asks, choices, chosen } = readDialog(text.split('\n'), { why: scene });
      expect({ asks, of: choices.length > 1, chosen }).toEqual({ asks: expect.stringMatching(/\?$/), of: true, chosen: 0 });
    },
  );

  test('hold nothing of the machine on which they were recorded', () => {
    const places = Object.values(index.scenes).flatMap(
      ({ file }) =>
        bytesOf(file)
          .toString()
          .match(/\/(root|home)\/[\w.-]+/g) ?? [],
    );
    expect(places).toEqual([]);
  });
});
