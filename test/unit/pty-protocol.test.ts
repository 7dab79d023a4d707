import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeBytes,
  decodeJson,
  encodeBytes,
  encodeJson,
  FRAME,
  FRAME_LIMIT,
  FrameFault,
  FrameReader,
} from '#world/pty/protocol';

test('frames come out as they went in, wherever the stream is cut', () => {
  const frame = fc.record({
    type: fc.nat(255),
    channel: fc.nat(0xffffffff),
    seq: fc.maxSafeNat(),
    bytes: fc.uint8Array({ maxLength: 60 }),
  });
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
      (sent, cuts) => {
        const stream = Buffer.concat(
          sent.map(({ type, channel, seq, bytes }) => encodeBytes(type, channel, seq, Buffer.from(bytes))),
        );
        const reader = new FrameReader();
        const heard = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const next = at + (cuts[turn % cuts.length] ?? 1);
          heard.push(...reader.push(stream.subarray(at, next)));
          at = next;
        }
        expect(heard.map((got) => ({ type: got.type, channel: got.channel, ...decodeBytes(got) }))).toEqual(
          sent.map((one) => ({ ...one, bytes: Buffer.from(one.bytes) })),
        );
      },
    ),
  );
});

test('a frame is a length of what follows, a type, a channel and its payload', () => {
  expect(encodeJson(FRAME.REQ, 7, {})).toEqual(Buffer.from([0, 0, 0, 7, 3, 0, 0, 0, 7, 0x7b, 0x7d]));
  expect(encodeBytes(FRAME.OUT, 1, 2 ** 40, Buffer.from('x'))).toEqual(
    Buffer.from([0, 0, 0, 14, 6, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0x78]),
  );
});

test('a frame over 1 MB is neither sent nor read', () => {
  const most = FRAME_LIMIT - 4 - 5 - 8;
  expect(new FrameReader().push(encodeBytes(FRAME.OUT, 1, 0, Buffer.alloc(most)))).toHaveLength(1);
  expect(() => encodeBytes(FRAME.OUT, 1, 0, Buffer.alloc(most + 1))).toThrow(FrameFault);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(FRAME_LIMIT - 3);
  expect(() => new FrameReader().push(head)).toThrow(FrameFault);
});

test('a payload that is not what its type says is a fault', () => {
  const frame = (payload: string) => ({ type: FRAME.REQ, channel: 0, payload: Buffer.from(payload) });
  for (const text of ['', '{', '[]', 'null', '7']) expect(() => decodeJson(frame(text))).toThrow(FrameFault);
  expect(() => decodeBytes(frame('short'))).toThrow(FrameFault);
});
