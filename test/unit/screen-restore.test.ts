import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzed } from '../support/fuzz-stream.ts';
import { Followed } from '../support/screens.ts';

const COLS = 40;
const ROWS = 12;

/** What A shows after all, and what B shows that was fed A's picture at the cut and then the rest. */
function bothWays(stream: Buffer, cut: number, cols = COLS, rows = ROWS): [string[], string[]] {
  const whole = new Followed(cols, rows);
  const restored = new Followed(cols, rows);
  whole.feed(stream.subarray(0, cut));
  restored.feed(whole.picture());
  whole.feed(stream.subarray(cut));
  restored.feed(stream.subarray(cut));
  const lines: [string[], string[]] = [whole.lines(), restored.lines()];
  whole.dispose();
  restored.dispose();
  return lines;
}

test('a screen restored at any byte, and fed the rest, is the screen that was fed all', () => {
  fc.assert(
    fc.property(fuzzed(60), fc.double({ min: 0, max: 1, noNaN: true }), (stream, part) => {
      const [whole, restored] = bothWays(stream, Math.round(stream.length * part));
      expect(restored).toEqual(whole);
    }),
    { numRuns: Number(process.env['RUNS'] ?? 300) },
  );
});
