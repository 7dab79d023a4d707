import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Marker } from '#world/pty/marker';

test('a mark comes out of a stream and leaves the rest as it was, wherever the stream is cut', () => {
  const digits = fc.array(fc.integer({ min: 0x30, max: 0x39 }), { maxLength: 80 });
  fc.assert(
    fc.property(
      digits,
      digits,
      fc.nat(32),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (before, after, part, cuts) => {
        const marker = new Marker();
        // a beginning of the mark that is none, then the mark
        const kept = Buffer.concat([Buffer.from(before), marker.bytes.subarray(0, part % 32), Buffer.from('.')]);
        const stream = Buffer.concat([kept, marker.bytes, Buffer.from(after)]);
        const heard = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const next = at + (cuts[turn % cuts.length] ?? 1);
          heard.push(marker.filter(stream.subarray(at, next)));
          expect(marker.passed).toBe(next >= kept.length + 32);
          at = next;
        }
        expect(Buffer.concat(heard)).toEqual(Buffer.concat([kept, Buffer.from(after)]));
        expect(marker.rest()).toHaveLength(0);
      },
    ),
  );
});

test('what looked like the beginning of a mark is given back when the stream ends', () => {
  const marker = new Marker();
  const torn = Buffer.concat([Buffer.from('end '), marker.bytes.subarray(0, 9)]);
  expect(Buffer.concat([marker.filter(torn), marker.rest()])).toEqual(torn);
});
