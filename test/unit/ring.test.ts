import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ring } from '#world/pty/ring';

test('a ring holds the last bytes of all that was pushed, and numbers them from the first', () => {
  const pushes = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), pushes, fc.integer({ min: -5, max: 1300 }), (limit, chunks, from) => {
      const ring = new Ring(limit);
      let all = Buffer.alloc(0);
      for (const chunk of chunks) {
        ring.push(Buffer.from(chunk));
        all = Buffer.concat([all, chunk]);
        const start = Math.max(0, all.length - limit);
        expect([ring.start, ring.seq]).toEqual([start, all.length]);
        const begin = Math.min(Math.max(from, start), all.length);
        expect(ring.read(from)).toEqual({ bytes: all.subarray(begin), from: begin, seq: all.length });
        expect(ring.tail(10)).toEqual(all.subarray(Math.max(start, all.length - 10)));
      }
    }),
  );
});

test('a ring that grows past its first size keeps every byte up to its limit', () => {
  const ring = new Ring(100_000);
  const all = Buffer.from(Array.from({ length: 150_000 }, (_, index) => index % 251));
  for (let at = 0; at < all.length; at += 3_333) {
    ring.push(all.subarray(at, at + 3_333));
    const { bytes, from, seq } = ring.read();
    expect(bytes.equals(all.subarray(from, seq))).toBe(true);
  }
  expect(ring.start).toBe(50_000);
});

test('a ring can go on where another left off', () => {
  const ring = new Ring(8, 1_000);
  ring.push(Buffer.from('abc'));
  expect(ring.read(0)).toEqual({ bytes: Buffer.from('abc'), from: 1_000, seq: 1_003 });
});
