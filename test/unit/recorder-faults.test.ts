import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CastBroken } from '#world/pty/recording/cast';
import type { RecorderDeps } from '#world/pty/recording/recorder';
import type { TapeFile } from '#world/pty/recording/tape';
import { openOnDisk } from '#world/pty/recording/tape';
import { makeRecorded, play, readAll } from '../support/recorder.ts';
import { until } from '../support/until.ts';

function recorded(options: Partial<RecorderDeps> = {}) {
  const made = makeRecorded(options);
  onTestFinished(made.clear);
  return made;
}

/** A disk that does nothing until it is let go on. */
function stallingDisk() {
  let go: () => void = () => undefined;
  let gate: Promise<void> | undefined;
  let held = 0;
  const openTape = async (path: string, isNew: boolean): Promise<TapeFile> => {
    const file = await openOnDisk(path, isNew);
    return {
      close: file.close,
      append: async (text) => {
        held = Math.max(held, text.length);
        await gate;
        await file.append(text);
      },
    };
  };
  const stall = () => {
    gate = new Promise((resolve) => {
      go = resolve;
    });
  };
  return { openTape, stall, release: () => go(), held: () => held };
}

test('while the disk stalls nothing waits and little is held; then a mark tells what is missing, and the screen is right again', async () => {
  const disk = stallingDisk();
  const { dir, print, settle, recorder, whole, warnings } = recorded({ openTape: disk.openTape });
  print('before\r\n');
  await recorder().rest();
  disk.stall();
  for (let line = 0; line < 300; line++) print(`${'x'.repeat(20_000)} ${line}\r\n`);
  expect((await readAll(dir))[0]?.events.map(({ text }) => text)).toEqual(['before\r\n']);
  disk.release();
  await until('there is a second part', async () => {
    await settle();
    return (await readAll(dir)).length > 1;
  });
  print('after\r\n');
  await recorder().end();
  const [, last] = await readAll(dir);
  expect(disk.held()).toBeLessThan(1.1 * (1 << 20));
  expect(last?.events.map(({ kind }) => kind)).toEqual(['o', 'm', 'o']);
  const [, missing] = /^gap: (\d+) bytes are not recorded$/.exec(last?.events[1]?.text ?? '') ?? [];
  expect(Number(missing)).toBeGreaterThan(4_000_000);
  expect(Number(missing)).toBeLessThan(6_000_000);
  expect(await play(dir)).toEqual(whole.lines());
  expect(warnings).toEqual([]);
});

test('a recorder that must rest while the disk stalls does not wait for it; the next one begins a part', async () => {
  const disk = stallingDisk();
  const { dir, print, settle, recorder, resume, time, whole } = recorded({ openTape: disk.openTape });
  disk.stall();
  print('on its way\r\n');
  const rest = recorder().rest();
  time.pass(2_000);
  const state = await rest;
  expect(state).toMatchObject({ part: 1, lost: expect.any(Number), seq: 12 });
  expect(state.offset).toBeUndefined();
  resume(state);
  disk.release();
  print('next');
  time.pass(250);
  await settle();
  await recorder().end();
  expect(await play(dir, -1)).toEqual(whole.lines());
});

test('a fault of the disk is told once, and the recording goes on when it is over', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'gt-recording-'));
  rmSync(dir, { recursive: true });
  writeFileSync(dir, 'a file where the directory should be');
  const { print, time, settle, recorder, whole, warnings } = recorded({ dir });
  for (let line = 0; line < 100; line++) {
    print(`lost ${line}\r\n`);
    time.pass(1_000);
    await settle();
    await recorder().rest();
  }
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^The recording of gp-1\.r1\.s1 has gaps: /);
  rmSync(dir);
  time.pass(5_000);
  print('kept\r\n');
  time.pass(250);
  await settle();
  await recorder().end();
  const parts = await readAll(dir);
  expect(parts).toHaveLength(1);
  expect(parts[0]?.events.map(({ kind }) => kind)).toEqual(['o', 'm']);
  expect(await play(dir)).toEqual(whole.lines());
  expect(warnings).toHaveLength(1);
});

test('a last line that was not written whole is left out; a line that is broken elsewhere is told of', async () => {
  const { dir, print, recorder } = recorded();
  print('one');
  await recorder().end();
  const path = join(dir, '1.cast');
  appendFileSync(path, '[1.5, "o", "tor');
  expect((await readAll(dir))[0]?.events).toEqual([{ at: 0, kind: 'o', text: 'one' }]);
  appendFileSync(path, '\n[2, "o", "two"]\n');
  await expect(readAll(dir)).rejects.toThrow(new CastBroken(`Line 3 of ${path} is no event of a recording.`));
  writeFileSync(path, '{"version": 2, "wid');
  expect(await readAll(dir)).toEqual([]);
  writeFileSync(path, 'no recording\nat all\n');
  await expect(readAll(dir)).rejects.toBeInstanceOf(CastBroken);
  expect(await readAll(join(dir, 'nowhere'))).toEqual([]);
});
