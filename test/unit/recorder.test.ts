import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { RecorderDeps } from '#world/pty/recording/recorder';
import { readIndex } from '#world/pty/recording/shelf';
import { fuzzed } from '../support/fuzz-stream.ts';
import { makeRecorded, play, readAll } from '../support/recorder.ts';
import { runs } from '../support/runs.ts';

function recorded(options: Partial<RecorderDeps> = {}) {
  const made = makeRecorded(options);
  onTestFinished(made.clear);
  return made;
}

const textOf = (dir: string) =>
  readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'utf8'))
    .join('');

test('a recording plays what the terminal showed: its output with its times, sizes and marks, and an index that tells of it', async () => {
  const { dir, print, time, resize, recorder, whole } = recorded();
  print('\x1b[1;31mred\x1b[0m \u00e9 ');
  print(Buffer.from('\u4f60\u597d', 'utf8').subarray(0, 2));
  time.pass(250);
  print(Buffer.from('\u4f60\u597d', 'utf8').subarray(2));
  time.pass(250);
  resize(100, 30);
  recorder().mark('nudge n-1');
  print('more');
  await recorder().end();
  const [part, ...others] = await readAll(dir);
  expect(others).toEqual([]);
  expect(part?.header).toEqual({
    version: 2,
    width: 80,
    height: 24,
    timestamp: 1_000,
    title: 'gp-1.r1.s1',
    gt: { session: 'gp-1.r1.s1', part: 1, seq: 0 },
  });
  expect(part?.events).toEqual([
    { at: 0.25, kind: 'o', text: '\x1b[1;31mred\x1b[0m \u00e9 ' },
    { at: 0.5, kind: 'o', text: '\u4f60\u597d' },
    { at: 0.5, kind: 'r', text: '100x30' },
    { at: 0.5, kind: 'm', text: 'nudge n-1' },
    { at: 0.5, kind: 'o', text: 'more' },
  ]);
  expect(await play(dir)).toEqual(whole.lines());
  const parts = [{ n: 1, seq: 0, at: 1_000_000 }];
  const end = { at: 1_000_500, seq: 28 };
  expect(await readIndex(dir)).toEqual({ version: 1, session: 'gp-1.r1.s1', startedAt: 1_000_000, parts, end });
  expect(statSync(join(dir, '1.cast')).mode & 0o777).toBe(0o600);
});

test('of many parts all, and the last alone, play to the same screen', async () => {
  const limits = { partBytes: 600, batchBytes: 64 };
  await fc.assert(
    fc.asyncProperty(fuzzed(60), fc.array(fc.nat(30), { minLength: 1 }), async (stream, sizes) => {
      const made = makeRecorded({ limits });
      // what is no character is recorded as a mark for that
      const text = [...stream.toString('utf8').replaceAll('\ufffd', '')];
      for (let at = 0, turn = 0; at < text.length; turn++) {
        const size = (sizes[turn % sizes.length] as number) + 1;
        made.print(text.slice(at, at + size).join(''));
        at += size;
        if (turn % 3 === 0) await made.settle();
      }
      await made.recorder().end();
      const lines = made.whole.lines();
      expect(await play(made.dir)).toEqual(lines);
      expect(await play(made.dir, -1)).toEqual(lines);
      const parts = await readAll(made.dir);
      expect(parts.map(({ n, header }) => [n, header.gt?.seq])).toEqual(
        (await readIndex(made.dir))?.parts.map(({ n, seq }) => [n, seq]),
      );
      made.clear();
    }),
    { numRuns: runs(8) },
  );
}, 60_000);

test('a part that begins after a letter with which a secret could begin shows that letter', async () => {
  const { dir, print, settle, recorder, whole } = recorded({ limits: { partBytes: 10, batchBytes: 1 } });
  for (const output of ['first\r\n', 'this is', ' an index']) {
    print(output);
    await settle();
  }
  await recorder().end();
  expect((await readAll(dir)).length).toBeGreaterThan(2);
  expect(await play(dir, -1)).toEqual(whole.lines());
});

test('the oldest parts go when a recording grows beyond its size', async () => {
  const { dir, print, settle, recorder, whole } = recorded({
    limits: { partBytes: 1_000, totalBytes: 20_000, batchBytes: 100 },
  });
  for (let line = 0; line < 250; line++) {
    print(`line ${line} of what is printed, and some more\r\n`);
    if (line % 10 === 0) {
      await settle();
      await recorder().rest();
    }
  }
  await recorder().end();
  const parts = await readAll(dir);
  expect(parts[0]?.n).toBeGreaterThan(3);
  const bytes = parts.reduce((sum, { path }) => sum + statSync(path).size, 0);
  expect(bytes).toBeLessThan(20_000);
  expect((await readIndex(dir))?.parts.map(({ n }) => n)).toEqual(parts.map(({ n }) => n));
  expect(await play(dir, -1)).toEqual(whole.lines());
});

test('a secret that is cut by the end of a part, or by a hand-over, is in neither half', async () => {
  const secret = 'hunter2-correct/horse';
  const made = recorded({ secrets: [secret], limits: { partBytes: 300, batchBytes: 20 } });
  const { dir, print, settle, recorder, time, whole, resume } = made;
  for (let turn = 0; turn < 40; turn++) {
    print(`${turn} the secret is \x1b[3${turn % 8}m${secret.slice(0, turn % 20)}`);
    if (turn % 2 === 0) {
      time.pass(250);
      time.pass(250);
      await settle();
    }
    if (turn % 3 === 0) resume(JSON.parse(JSON.stringify(await recorder().rest())));
    print(`${secret.slice(turn % 20)}\x1b[0m, as you see\r\n`);
    await settle();
  }
  await recorder().end();
  const parts = await readAll(dir);
  expect(parts.length).toBeGreaterThan(5);
  const shown = whole.lines().join('\n');
  expect(shown.replaceAll(/\{[^}]*\}|\u00b7/g, '')).toContain(secret);
  const text = textOf(dir).replaceAll(/\\u001b\[[0-9;]*m/g, '');
  for (const piece of ['nter2-', 'correct', 'horse']) expect(text).not.toContain(piece);
  expect(text).toContain('the secret is ****');
});

test('the picture of a part that begins in the middle of a secret does not show its first half', async () => {
  const secret = 'hunter2-correct/horse';
  const { dir, print, settle, recorder } = recorded({ secrets: [secret], limits: { partBytes: 10, batchBytes: 1 } });
  for (const output of ['it is said that', ` the secret is ${secret.slice(0, 12)}`, secret.slice(12), ', as you see', ' it']) {
    print(output);
    await settle();
  }
  await recorder().end();
  expect((await readAll(dir)).length).toBeGreaterThan(3);
  for (const piece of ['nter', 'corr', 'ect/', 'horse']) expect(textOf(dir)).not.toContain(piece);
  expect(textOf(dir)).toContain('the secret is ****');
});

test('a recorder goes on in another host where it rested, also in the middle of a character', async () => {
  const { dir, print, recorder, resume, time, whole } = recorded();
  const bytes = Buffer.from('\x1b[1mone \u4f60\u597d two\x1b[0m\r\n'.repeat(4));
  for (const byte of bytes) {
    print(Buffer.from([byte]));
    resume(JSON.parse(JSON.stringify(await recorder().rest())));
  }
  time.pass(1_000);
  await recorder().end();
  const parts = await readAll(dir);
  expect(parts).toHaveLength(1);
  expect(parts[0]?.events.map(({ text }) => text).join('')).toBe(bytes.toString());
  expect(await play(dir)).toEqual(whole.lines());
});

test('what is typed is recorded only if that was asked for; a recording can be turned off and on again', async () => {
  const { dir, print, recorder, settle, whole } = recorded({ secrets: ['hunter2-correct'] });
  recorder().typed(Buffer.from('unseen'));
  recorder().turn(true, true);
  recorder().typed(Buffer.from('ls hunter2-'));
  recorder().typed(Buffer.from('correct\r'));
  print('shown');
  recorder().turn(false);
  print(' not recorded');
  recorder().mark('nudge');
  recorder().turn(true, false);
  await settle();
  recorder().typed(Buffer.from('unseen'));
  print(' again');
  await recorder().end();
  const parts = await readAll(dir);
  const input = parts.flatMap(({ events }) => events).filter(({ kind }) => kind === 'i');
  expect(input.map(({ text }) => text).join('')).toBe(`ls ${'*'.repeat(15)}\r`);
  expect(parts.map(({ header }) => header.gt?.seq)).toEqual([0, 18]);
  expect(parts[0]?.events.at(-1)?.text).toBe('shown');
  expect(await play(dir, -1)).toEqual(whole.lines());
});
