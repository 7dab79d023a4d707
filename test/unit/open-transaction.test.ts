import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTransaction, type Read } from '#world/redis/open-transaction';

const written = (...words: string[]) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
const NOTE = '#TS:1700000000\r\n';

/** How few bytes are held at once: every line lies across an edge in some story. */
const CHUNK = 40;
const reading =
  (file: Buffer, read: number[] = []): Read =>
  (into, at) => {
    read.push(at);
    return file.copy(into, 0, at, at + into.length);
  };
const look = (file: Buffer, read?: number[]) => openTransaction(reading(file, read), file.length, CHUNK);

const TRAP = written('MULTI');
const word = fc.oneof(fc.constantFrom('SET', 'MULTI', 'EXEC', TRAP, ''), fc.string({ unit: 'binary-ascii', maxLength: 90 }));
const plain = fc.array(word, { minLength: 2, maxLength: 4 }).map((words) => written(...words));
const single = fc.oneof(plain, fc.constantFrom(NOTE, written('PING'), written('multis')));
const whole = fc
  .tuple(fc.constantFrom('MULTI', 'multi'), fc.array(plain, { maxLength: 3 }), fc.constantFrom('EXEC', 'exec'))
  .map(([first, inside, last]) => [written(first), ...inside, written(last)]);
const story = fc.array(
  fc.oneof(
    single.map((one) => [one]),
    whole,
  ),
  { maxLength: 5 },
);

test('wherever a crash cuts a file, the transaction that it cuts is found with its whole commands, and nothing else is', () => {
  fc.assert(
    fc.property(story, (parts) => {
      const file = Buffer.from(parts.flat().join(''), 'latin1');
      const open = Array.from({ length: file.length + 1 }, (): unknown => undefined);
      let at = 0;
      for (const part of parts) {
        const end = at + part.join('').length;
        const first = at + (part[0]?.length ?? 0);
        if (part.length > 1)
          for (let cut = first; cut < end; cut++) {
            let [commands, reached] = [0, at];
            while (reached + (part[commands]?.length ?? 0) <= cut) reached += part[commands++]?.length ?? 0;
            open[cut] = { at, commands };
          }
        at = end;
      }
      expect(open.map((_, cut) => look(file.subarray(0, cut)))).toEqual(open);
    }),
    { numRuns: 30 },
  );
});

test('a file that is strange is left to redis to judge, also within a transaction', () => {
  for (const strange of [
    'REDIS0011',
    'x',
    '*x\r\n',
    '*1\r\n+OK\r\n',
    '*1\rx',
    '*1\r\n$\r\n',
    `*${'1'.repeat(40)}\r\n`,
    '#'.repeat(40),
    '\0'.repeat(40),
  ])
    expect([strange, look(Buffer.from(TRAP + strange))]).toEqual([strange, undefined]);
});

test('long arguments are stepped over, not read', () => {
  const file = Buffer.from(
    written('SET', 'a', 'x'.repeat(10_000)) + TRAP + written('SET', 'b', 'y'.repeat(10_000)) + written('SET', 'c'),
  );
  const read: number[] = [];
  expect(look(file.subarray(0, -1), read)).toEqual({ at: file.indexOf(TRAP), commands: 2 });
  expect(read.length).toBeLessThan(12);
});
