import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pictureOf } from '#world/pty/screen/picture';
import { fuzzed } from '../support/fuzz-stream.ts';
import { runs } from '../support/runs.ts';
import { makeScreens, open } from '../support/screen-time.ts';
import { bothWays, Followed } from '../support/screens.ts';

const FOLDER = new URL('../fixtures/streams/', import.meta.url);
const COLS = 80;
const ROWS = 24;
const CUTS = runs(7);
/** Each of these takes a second at most; on a machine with much else to do, ten times that. */
const PATIENCE = { timeout: 300_000 };

/** A program that paints whole frames at once, as agents do: wide text, colours of all kinds, curly underlines, links, a hidden cursor, keys of its own. */
function frames(): Buffer {
  const begin = '\x1b[?1049h\x1b[?2004h\x1b[?1006h\x1b[?1002h\x1b[>1u\x1b[>4;2m\x1b]0;agent ✻ busy\x07';
  const frame = (n: number) =>
    `\x1b[?2026h\x1b[?25l\x1b[H\x1b[2J\x1b[38;2;${n};90;40m✻ Thinking… (${n}s)\x1b[0m\r\n\x1b[4:3;58:5:${n}mcurly\x1b[0m 你好 \x1b[2mdim \x1b[1mboth\x1b[22m\r\n` +
    `\x1b]8;;https://example.org/${n}\x1b\\link\x1b]8;;\x1b\\ \x1b[7m inverse \x1b[27m e\u0301 👩\u200d💻\r\n\x1b[3;20r\x1b[20;1H\n\x1b[r\x1b[22;3H> \x1b7\x1b[24;1H\x1b[100mstatus\x1b[K\x1b[0m\x1b8\x1b[?25h\x1b[?2026l`;
  return Buffer.from(begin + Array.from({ length: 12 }, (_, n) => frame(n + 10)).join(''));
}

const streams = new Map<string, Buffer>([
  ...readdirSync(FOLDER)
    .filter((name) => name.endsWith('.bin'))
    .map((name): [string, Buffer] => [name.replace('.bin', ''), readFileSync(new URL(name, FOLDER))]),
  ['frames', frames()],
]);

describe('a screen restored at a cut, and fed the rest, is the screen that was fed all', PATIENCE, () => {
  test.each([...streams])('of %s', (_name, stream) => {
    expect(stream.length).toBeGreaterThan(500);
    for (let index = 0; index <= CUTS; index++) {
      // not at round numbers, where programs begin to write
      const cut = Math.floor((stream.length * (index + 0.37)) / (CUTS + 1));
      const [whole, restored] = bothWays(stream, index === CUTS ? stream.length : cut, COLS, ROWS);
      expect(restored).toEqual(whole);
    }
  });

  test('of what no program would print, cut anywhere', () => {
    fc.assert(
      fc.property(fuzzed(60), fc.double({ min: 0, max: 1, noNaN: true }), (stream, part) => {
        const [whole, restored] = bothWays(stream, Math.round(stream.length * part), 40, 12);
        expect(restored).toEqual(whole);
      }),
      { numRuns: runs(30), seed: 2026 },
    );
  });

  test('cut within a character, a sequence, and strings', () => {
    const stream = Buffer.from(
      'ab\x1b[1;38;5;200mc你\x1b]2;tïtle\x1b\\d\x1bP+q544e\x1b\\e\x1b(0q\x1b(Bf\x1b_app\x1b\\g\x1b[?1049hh\u0301i',
      'utf8',
    );
    for (let cut = 0; cut <= stream.length; cut++) {
      const [whole, restored] = bothWays(stream, cut, 20, 5);
      expect(restored).toEqual(whole);
    }
  });

  test('with lines scrolled away, up to all that are kept, and lines that continue others', () => {
    const stream = Buffer.from(
      Array.from({ length: 1_300 }, (_, n) => `${n} \x1b[3${n % 8}m${'word '.repeat(n % 23)}\x1b[0m\r\n`).join(''),
    );
    for (const cut of [stream.length >> 2, stream.length - 3]) {
      const [whole, restored] = bothWays(stream, cut, 40, 10);
      expect(restored).toEqual(whole);
    }
  });
});

test('a screen that slept, again and again, is the screen that never did', PATIENCE, async () => {
  for (const [name, stream] of streams) {
    const time = makeScreens();
    const one = open(time);
    const whole = new Followed(COLS, ROWS);
    const naps = 5;
    for (let index = 0; index < naps; index++) {
      const part = stream.subarray(Math.floor((stream.length * index) / naps), Math.floor((stream.length * (index + 1)) / naps));
      one.print(part);
      whole.feed(part);
      const seen = one.screen.peek({ lines: ROWS, colour: true });
      time.settle();
      time.pass(250);
      time.settle();
      await seen;
      time.pass(40_000);
      time.settle();
      expect([name, one.screen.isLive]).toEqual([name, false]);
    }
    const restored = new Followed(COLS, ROWS);
    restored.feed((await one.screen.snapshot()).bytes);
    expect(restored.lines()).toEqual(whole.lines());
  }
});

test('painted without the lines scrolled away, a screen shows the same and goes on the same', PATIENCE, () => {
  const shown = ({ emulator }: Followed) => {
    const cell = emulator.emptyCell();
    const { active, cols, rows } = emulator;
    const row = (y: number) =>
      Array.from({ length: cols }, (_, x) => {
        const { fg, bg } = active.lines.get(active.ybase + y)?.loadCell(x, cell) ?? cell;
        return `${cell.getChars()}/${cell.getWidth()}/${fg}/${bg}`;
      }).join(' ');
    return [...Array.from({ length: rows }, (_, y) => row(y)), `${active.x},${active.y}`];
  };
  for (const [name, stream] of streams)
    for (let part = 1; part <= CUTS; part++) {
      const cut = Math.floor((stream.length * (part + 0.37)) / (CUTS + 1));
      const [whole, painted] = [new Followed(COLS, ROWS), new Followed(COLS, ROWS)];
      whole.feed(stream.subarray(0, cut));
      painted.feed(pictureOf(whole.emulator, whole.scanner, false));
      expect(shown(painted), `${name} at ${cut}`).toEqual(shown(whole));
      for (const one of [whole, painted]) one.dispose();
    }
});
