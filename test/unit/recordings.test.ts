import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { eventLine, headerLine } from '#world/pty/recording/cast';
import { findIn } from '#world/recordings/find';
import { asCast, asText } from '#world/recordings/joined';
import { Losses } from '#world/recordings/losses';
import { Player } from '#world/recordings/player';
import { openRecording, type Played } from '#world/recordings/read';
import { makeRecorded, play } from '../support/recorder.ts';
import { Followed } from '../support/screens.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A recording of parts as they are given, with the times at which they began (ms). */
function laid(parts: ReadonlyArray<string | Buffer | undefined>, ended = true): string {
  const dir = mkdtempSync(join(tmpdir(), 'gt-recordings-'));
  folders.push(dir);
  parts.forEach((text, at) => {
    if (text !== undefined) writeFileSync(join(dir, `${at + 1}.cast`), text);
  });
  const index = { version: 1, session: 'gp-1.r1.s1', startedAt: 0, parts: [], ...(ended && { end: { at: 0, seq: 0 } }) };
  writeFileSync(join(dir, 'index.json'), JSON.stringify(index));
  return dir;
}

const head = (part: number, seq: number, size: readonly [number, number] = [40, 10]): string =>
  headerLine({ version: 2, width: size[0], height: size[1], timestamp: 100 + part, gt: { session: 'gp-1.r1.s1', part, seq } });
const out = (at: number, text: string): string => eventLine({ at, kind: 'o', text });

async function read(dir: string): Promise<{ events: Played[]; text: string; said: string | undefined }> {
  const losses = new Losses();
  const recording = await openRecording(dir, losses);
  const events: Played[] = [];
  for await (const event of recording?.events ?? []) events.push(event);
  const text = events.map(({ kind, text }) => (kind === 'o' ? text : '')).join('');
  return { events, text, said: losses.said };
}

async function textOf(dir: string): Promise<string> {
  const recording = await openRecording(dir, new Losses());
  const rows: string[] = [];
  for await (const row of recording ? asText(recording) : []) rows.push(row);
  return rows.join('');
}

async function found(dir: string, wanted: string): Promise<string[]> {
  const recording = await openRecording(dir, new Losses());
  const rows: string[] = [];
  for await (const { row } of recording ? findIn(recording, wanted) : []) rows.push(row);
  return rows;
}

test('a whole recording is one stream over its parts, without the pictures that parts begin with', async () => {
  const dir = laid([
    head(1, 0) + out(0, 'one\r\n') + out(1, 'two\r\n'),
    `${head(2, 10)}${out(0, '\x1bcone\r\ntwo\r\n')}${out(0.5, 'three\r\n')}`,
  ]);
  const { text, events, said } = await read(dir);
  expect(said).toBeUndefined();
  expect(text).toBe('one\r\ntwo\r\nthree\r\n');
  expect(events.map(({ at }) => at)).toEqual([0, 1, 1.5]);
});

test('after a loss the next part begins with its picture, and what is missing is told', async () => {
  const [first, third] = [head(1, 0) + out(0, 'one\r\n'), `${head(3, 900)}${out(0, '\x1bcpicture\r\n')}${out(1, 'last\r\n')}`];
  const gone = await read(laid([first, undefined, third]));
  expect(gone).toMatchObject({ text: 'one\r\n\x1bcpicture\r\nlast\r\n', said: 'part 2 is missing' });
  const rotated = await read(laid([undefined, undefined, third]));
  expect(rotated).toMatchObject({ text: '\x1bcpicture\r\nlast\r\n', said: 'parts 1 to 2 have been removed to make room' });
});

test('a line that is cut, garbage, or no event is left out and told; the rest is played', async () => {
  const dir = laid([
    Buffer.concat([Buffer.from(head(1, 0) + out(0, 'one\r\n')), Buffer.from([0, 255, 254, 10, 128]), Buffer.from('\n[1, "o"\n')]),
    `not a header\n${out(0, 'two\r\n')}[0.1, "r", "99999x1"]\n[2, "o", "cut`,
  ]);
  const { text, said } = await read(dir);
  expect(text).toBe('one\r\ntwo\r\n');
  expect(said).toBe(
    'part 2 does not begin as a recording does; the last line of part 2 is cut; 3 lines of part 1 cannot be read; 2 lines of part 2 cannot be read',
  );
});

test('a recording that goes on may lack its last line; a part that cannot be opened is told', async () => {
  expect((await read(laid([`${head(1, 0)}${out(0, 'one')}[1, "o", "t`], false))).said).toBeUndefined();
  const dir = laid([head(1, 0) + out(0, 'one')]);
  mkdirSync(join(dir, '2.cast'));
  expect(await read(dir)).toMatchObject({ text: 'one', said: 'part 2 cannot be read (EISDIR)' });
  expect(await openRecording(join(dir, 'nowhere'), new Losses())).toBeUndefined();
});

test('whatever bytes are damaged, reading a recording throws nothing and time never goes back', async () => {
  const whole = Buffer.from(head(1, 0) + Array.from({ length: 20 }, (_, at) => out(at / 10, `line ${at}\r\n`)).join(''));
  const harm = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(harm, fc.nat(whole.length), async (bytes, length) => {
      const damaged = Buffer.from(whole);
      for (const [at, byte] of bytes) damaged[at] = byte;
      const dir = laid([damaged.subarray(0, length), head(2, 5) + out(0, 'end')]);
      const { events } = await read(dir);
      expect(events.at(-1)?.text).toBe('end');
      const times = events.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((left, right) => left - right));
      await textOf(dir);
    }),
    { numRuns: 60 },
  );
});

test('a recording of many parts exports as one asciicast that plays to the same screen', async () => {
  const recorded = makeRecorded({ limits: { partBytes: 2_000, totalBytes: 1 << 20 } });
  folders.push(recorded.dir);
  for (let n = 0; n < 300; n++) {
    recorded.print(`\x1b[3${n % 8}mline ${n} \u4f60\u597d\x1b[0m${n % 7 === 0 ? '\x1b[A' : '\r\n'}`);
    if (n % 20 === 0) await recorded.settle();
    if (n === 150) recorded.resize(60, 20);
  }
  await recorded.settle();
  await recorded.recorder().end();
  const losses = new Losses();
  const recording = await openRecording(recorded.dir, losses);
  expect(losses.said).toBeUndefined();
  const lines: string[] = [];
  if (recording) for await (const line of asCast(recording)) lines.push(line);
  const [header, ...events] = lines.map((line) => JSON.parse(line));
  expect(header).toMatchObject({ version: 2, width: 80, height: 24, title: 'gp-1.r1.s1' });
  const shown = new Followed(80, 24);
  for (const [, kind, text] of events) {
    if (kind === 'o') shown.feed(Buffer.from(text));
    if (kind === 'r') shown.resize(...(text.split('x').map(Number) as [number, number]));
  }
  expect(shown.lines()).toEqual(await play(recorded.dir));
  expect(events.some(([, , text]) => text.startsWith('\x1bc'))).toBe(false);
  shown.dispose();
  recorded.clear();
});

test('the text of a recording has every row that scrolled away once, in order, however often rows are alike', async () => {
  const rows = Array.from({ length: 3000 }, (_, n) => (n % 3 === 0 ? 'ok' : `row ${n}`));
  const events = rows.map((row, n) => out(n * 2, `${row}\r\n`));
  const text = await textOf(laid([head(1, 0) + events.join('')]));
  expect(text.split('\n').filter((row) => row.startsWith('row'))).toEqual(rows.filter((row) => row !== 'ok'));
  expect(text.split('\n').filter((row) => row === 'ok')).toHaveLength(1000);
});

test('the text of a program that paints one place again and again has what stood there, once', async () => {
  const frames = ['thinking about it', 'Do you want to proceed?', 'thinking about it', 'all done'];
  const painted = frames.map((row, n) => out(n * 3, `\x1b[2J\x1b[H${row.replaceAll(' ', '\x1b[1C')}`)).join('');
  const dir = laid([`${head(1, 0)}${out(0, '\x1b[?1049h')}${painted}${out(20, '\x1b[?1049lbye\r\n')}`]);
  expect((await textOf(dir)).trim().split('\n')).toEqual(['thinking about it', 'Do you want to proceed?', 'all done', 'bye']);
  expect(await found(dir, 'WANT to proceed')).toEqual(['Do you want to proceed?']);
});

test('a text is found where the edge of the screen broke it, and through colours', async () => {
  const dir = laid([head(1, 0) + out(0, `${'x'.repeat(35)}out of memory\r\n\x1b[31mfatal\x1b[0m: \x1b[1mdisk\x1b[0m full\r\n`)]);
  expect(await found(dir, 'out of memory')).toEqual([`${'x'.repeat(35)}out of memory`]);
  expect(await found(dir, 'Fatal: disk full')).toEqual(['fatal: disk full']);
  const full = laid([head(1, 0) + out(0, `Out of ${'-'.repeat(33)}${'memory'.padEnd(39)}|\r\n${'Y'.repeat(35)}OUT of Disk\r\n`)]);
  expect(await found(full, 'memory')).toEqual([`${'memory'.padEnd(39)}|`]);
  expect(await found(full, 'out of disk')).toEqual([`${'Y'.repeat(35)}OUT of Disk`]);
  expect(await found(dir, 'nothing of it')).toEqual([]);
});

test('a replay shows at once what lies before its begin, then each piece, and ends', async () => {
  const dir = laid([
    head(1, 0) + [0, 5, 9].map((at) => out(at, `at ${at}\r\n`)).join('') + eventLine({ at: 9, kind: 'r', text: '50x12' }),
  ]);
  const recording = await openRecording(dir, new Losses());
  if (!recording) throw new Error('no recording');
  const told: string[] = [];
  await new Promise<void>((resolve) => {
    void new Player(recording, { speed: 1, from: 5, idle: 0 }).attach(
      's',
      {},
      {
        onPaint: (bytes, { cols, rows }) => told.push(`${cols}x${rows} ${bytes.toString().match(/at \d/g) ?? ''}`),
        onOutput: (bytes) => told.push(bytes.toString()),
        onEnd: () => resolve(),
      },
    );
  });
  expect(told).toEqual(['40x10 ', '40x10 at 0', 'at 5\r\n', 'at 9\r\n', '50x12 at 0,at 5,at 9']);
});
