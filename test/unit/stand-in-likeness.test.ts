import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { shippedPresets } from '#world/agents/presets';
import { render } from '#world/pty/screen/rows';
import type { ScenarioInput } from '../../src/trials/stand-in/scenario.ts';
import { Followed } from '../support/screens.ts';
import { byScreen, dialogsShown, listsShown, Play, type Shown } from '../support/stand-in.ts';

/** What the real programs printed, replayed: the same detectors see the same in it as in what the stand-in shows in the same situation. */
const SCREENS = fileURLToPath(new URL('../fixtures/screens/', import.meta.url));

type Index = {
  readonly cols: number;
  readonly rows: number;
  readonly scenes: Readonly<Record<string, { readonly seen: boolean; readonly file?: string }>>;
};

const LONG = 600_000;
const SIXTY = Array.from({ length: 60 }, (_, at) => `line ${at + 1} of a long paste`).join('\n');
const turn = async (play: Play) => {
  await play.submit('GTSCRIPT begin');
  await play.pass(2000);
};
const firstOf = (like: string, kinds: readonly string[]) =>
  shippedPresets()
    .find(({ name }) => name === like)
    ?.preset.screen.dialogs.find(({ kind }) => kinds.includes(kind))?.name ?? '';

/** How the stand-in comes into the situation of a recording. */
const SCENES: Readonly<Record<string, { scenario: (like: string) => ScenarioInput; does: (play: Play) => Promise<void> }>> = {
  ready: { scenario: () => ({}), does: (play) => play.pass(500) },
  draft: { scenario: () => ({}), does: async (play) => play.send('a draft of a person') },
  folded: { scenario: () => ({}), does: async (play) => play.paste(SIXTY) },
  turn: { scenario: () => ({}), does: turn },
  busy: { scenario: () => ({ turns: [{ ms: LONG }] }), does: turn },
  queued: {
    scenario: () => ({ turns: [{ ms: LONG }] }),
    does: async (play) => {
      await turn(play);
      await play.submit('a nudge while it is busy');
    },
  },
  retrying: { scenario: () => ({ turns: [{ fails: 'failed', tries: 3, retry_ms: LONG }] }), does: turn },
  // pi tells each try, and was recorded after the first
  limited: { scenario: (like) => ({ turns: [{ fails: 'limited', tries: like === 'pi' ? 3 : 0, retry_ms: LONG }] }), does: turn },
  unauthorized: { scenario: () => ({ turns: [{ fails: 'login' }] }), does: turn },
  permission: { scenario: () => ({ turns: [{ tools: [{ asks: true }] }] }), does: turn },
  trust: { scenario: () => ({ start: { dialogs: ['trust'] } }), does: (play) => play.pass(500) },
  warning: { scenario: (like) => ({ start: { dialogs: [firstOf(like, ['warning'])] } }), does: (play) => play.pass(500) },
};

const recorded = existsSync(SCREENS) ? readdirSync(SCREENS).filter((name) => existsSync(join(SCREENS, name, 'index.json'))) : [];

describe.each(recorded)('the screens of %s', (like) => {
  const index = JSON.parse(readFileSync(join(SCREENS, like, 'index.json'), 'utf8')) as Index;
  const scenes = Object.entries(index.scenes).filter(([name, { seen, file }]) => seen && file && SCENES[name]);
  const { preset } = shippedPresets().find(({ name }) => name === like) ?? {};

  test.each(scenes)('%s: the stand-in shows what the real one does', async (name, { file = '' }) => {
    if (!preset) throw new Error(`no preset ${like}`);
    const bytes = readFileSync(join(SCREENS, like, file));
    const real = new Followed(index.cols, index.rows);
    real.feed(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
    const { text, title, cursor, alternate } = render(real.emulator, real.scanner.modes, { lines: index.rows, colour: false });
    const shown: Shown = { rows: text.split('\n'), title, cursorRow: cursor.y };

    const scene = SCENES[name];
    const play = new Play(like, scene?.scenario(like), { size: { cols: index.cols, rows: index.rows } });
    await play.pass(300);
    await scene?.does(play);
    await play.pass(100);
    const both = `${title}\n${text}\n=====\n${play.shown.title}\n${play.text}`;
    expect(listsShown(preset, play.shown), both).toEqual(listsShown(preset, shown));
    expect(dialogsShown(preset, play.shown), both).toEqual(dialogsShown(preset, shown));
    const { draft: _typed, ...judged } = byScreen({ preset, screen: real });
    expect(byScreen(play), both).toMatchObject(judged);
    expect([play.screen.emulator.isAlternate, play.screen.scanner.modes.cursorHidden], both).toEqual([alternate, cursor.hidden]);
  });
});
