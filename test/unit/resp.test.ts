import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode, RedisReplyError, type Reply, replyReader } from '#world/store/resp';

/** What Redis would write for a reply. */
function written(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (reply instanceof RedisReplyError) return `-${reply.message}\r\n`;
  return `*${reply.length}\r\n${reply.map(written).join('')}`;
}

/** Reads bytes that arrive in pieces. */
function readAll(pieces: readonly Buffer[]): Reply[] {
  const replies: Reply[] = [];
  const read = replyReader((reply) => replies.push(reply));
  for (const piece of pieces) read(piece);
  return replies;
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

const { reply: anyReply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString()),
    fc.integer(),
    fc.constant(null),
    fc.constantFrom('', '\r\n', '$3\r\nabc\r\n'),
    fc.constantFrom('ERR no', 'WRONGTYPE x').map((text) => new RedisReplyError(text)),
    fc.array(tie('reply'), { maxLength: 6 }),
  ),
}));

test('replies are the same wherever the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(anyReply, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(), { maxLength: 20 }), (replies, cuts) => {
      const bytes = Buffer.from(replies.map(written).join(''));
      expect(readAll(cutAt(bytes, cuts))).toEqual(replies);
    }),
    { numRuns: 300 },
  );
});

test('replies are the same byte by byte', () => {
  const replies: Reply[] = ['a\r\nb', [1, [null, 'Ω', [], ['x']]], new RedisReplyError('MOVED away'), -7];
  const bytes = Buffer.from(replies.map(written).join(''));
  expect(readAll([...bytes].map((byte) => Buffer.from([byte])))).toEqual(replies);
});

test('a command carries its arguments byte for byte', () => {
  const arg = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.integer(),
  );
  fc.assert(
    fc.property(fc.array(fc.array(arg, { minLength: 1, maxLength: 5 }), { maxLength: 4 }), (commands) => {
      const expected = commands.flatMap((command) => [
        Buffer.from(`*${command.length}\r\n`),
        ...command.flatMap((word) => {
          const bytes = Buffer.isBuffer(word) ? word : Buffer.from(String(word));
          return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')];
        }),
      ]);
      expect(encode(commands).equals(Buffer.concat(expected))).toBe(true);
    }),
  );
});

test('nil arrays are nil, and a status is text', () => {
  expect(readAll([Buffer.from('*-1\r\n+OK\r\n+\r\n')])).toEqual([null, 'OK', '']);
});

test.each(['HTTP/1.1 400 Bad Request\r\n', ':x\r\n', '$3\r\nabcde\r\n', '*1x\r\n', ':\r\n'])(
  'what is no RESP2 is refused: %j',
  (text) => {
    expect(() => readAll([Buffer.from(text)])).toThrow();
  },
);

test('an error tells its code', () => {
  expect(new RedisReplyError('STALE epoch 3').code).toBe('STALE');
});
