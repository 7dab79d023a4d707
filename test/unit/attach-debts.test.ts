import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Debts } from '#core/terminal/debts';
import { fuzzed } from '../support/fuzz-stream.ts';
import { Followed } from '../support/screens.ts';

const FOLDER = new URL('../fixtures/streams/', import.meta.url);
const streams = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.bin'))
  .map((name): [string, Buffer] => [name, readFileSync(new URL(name, FOLDER))]);

const COLS = 40;
const ROWS = 12;
/** What is left of a terminal's state after the stream up to the cut and what settles it: nothing but its title. */
function left(stream: Buffer, title: string): string {
  const terminal = new Followed(COLS, ROWS);
  const debts = new Debts();
  terminal.feed(stream);
  debts.push(stream);
  terminal.feed(Buffer.from(`${debts.settle(COLS)}\x1b[22;2t\x1b]2;${title}\x07`));
  const { modes } = terminal.scanner;
  const cursor = terminal.emulator.isAlternate ? 'alternate' : 'normal';
  const tabs = Object.keys(terminal.emulator.normal.tabs).filter((stop) => Number(stop) % 8 > 0 && Number(stop) < COLS);
  const answer = `${modes.extra('').replace(/\x1b\]2;[^\x07]*\x07(\x1b\[22;2t)?/g, '')}${cursor}${tabs}`;
  terminal.dispose();
  return answer;
}

describe('whatever a program has set is undone when one leaves, wherever its output was cut', { timeout: 60_000 }, () => {
  test.each(streams)('of %s', (_name, stream) => {
    for (let cut = 0; cut < stream.length; cut += Math.ceil(stream.length / 60))
      expect(left(stream.subarray(0, cut), 'mine')).toBe('normal');
  });

  test('of what no program would print', () => {
    fc.assert(
      fc.property(fuzzed(40), (stream) => {
        expect(left(stream, 'mine')).toBe('normal');
      }),
      { numRuns: 150, seed: 44 },
    );
  });
});

test('keyboards are given back as often as they were taken, on each of the two screens, however the output is cut', () => {
  const output = Buffer.from('\x1b[>1u\x1b[>5u\x1b[<u\x1b[?1049h\x1b[>1u\x1b[>3u\x1b]11;#000\x07\x1b[22;0t');
  const whole = new Debts();
  whole.push(output);
  const settled = whole.settle(80);
  expect(settled).toMatch(/\x1b\[<2u\x1b\[\?1049l\x1b\[<1u\x1b\]111\x1b\\\x1b\[23;2t/);
  for (let cut = 0; cut <= output.length; cut++) {
    const parts = new Debts();
    parts.push(output.subarray(0, cut));
    parts.push(output.subarray(cut));
    expect(parts.settle(80)).toBe(settled);
  }
  expect(whole.settle(80)).not.toMatch(/\[<|\]111|23;2t/);
});

test('a screen that was left with keys of its own is entered once more to give them back', () => {
  const debts = new Debts();
  debts.push(Buffer.from('\x1b[?1049h\x1b[>1u\x1b[?1049l'));
  expect(debts.settle(80)).toMatch(/\x1b\[\?1049h\x1b\[<1u\x1b\[\?1049l/);
});
