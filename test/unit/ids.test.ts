import { QueueKeys } from 'bullmq';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jobId, member, mergeId, parentOf, parts, recordOf, runId, sessionId, shortHash } from '#core/ids';

/** Every key name of a queue: a job of this id would lie on the queue's own key. */
const OWN_NAMES = Object.keys(new QueueKeys('q').getKeys('work')).filter((name) => name !== '');

describe('a job id', () => {
  test('knows the names that BullMQ has for itself', () => {
    expect(OWN_NAMES).toEqual(
      expect.arrayContaining(['wait', 'active', 'waiting-children', 'stalled-check', 'meta', 'id', 'pc']),
    );
  });

  test.each(OWN_NAMES)('is never `%s`, which is a key of BullMQ', (name) => {
    expect(() => member('work', name)).toThrow('is no job id');
  });

  test.each([
    '',
    '123',
    '1',
    'a:b',
    'gp-a:lock',
    '0:x',
    'gp',
    'repeat:deacon:1',
    '@1',
    'gp-a@',
    'gp-a@x',
    '-a',
    'a b-c',
    'gp-a/b',
  ])('is never `%s`, which BullMQ refuses or takes for something else', (id) => {
    expect(() => member('work', id)).toThrow('is no job id');
  });

  test.each(['gp-4kx@1', 'hq-a1.2@12', 'town@1', 'gp-4kx.r2', 'gp-4kx.m1', 'gp-4kx.1.r2.s1', 'ck-0a1b2c', 'witness.gp@1'])(
    'may be `%s`',
    (id) => {
      expect(parts(member('work', id))).toEqual({ queue: 'work', jobId: id });
    },
  );
});

const hash = fc.stringMatching(/^[0-9a-z]{3,10}$/);
const work = fc
  .tuple(fc.stringMatching(/^[a-z]{2,6}$/), hash, fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 2 }))
  .map(([prefix, short, dots]) => [`${prefix}-${short}`, ...dots].join('.'));
const n = fc.integer({ min: 1, max: 999 });

test('whatever ids.ts makes is a job id, and leads back to what it is about', () => {
  fc.assert(
    fc.property(work, n, n, (id, a, b) => {
      expect(parts(member('work', jobId(id, a)))).toEqual({ queue: 'work', jobId: `${id}@${a}` });
      expect(recordOf(jobId(id, a))).toBe(id);
      const run = runId(id, a);
      for (const one of [run, mergeId(run), sessionId(run, b)]) {
        expect(recordOf(parts(member('polecats', one)).jobId)).toBe(one);
        expect(OWN_NAMES).not.toContain(one);
      }
      expect(parentOf(run)).toBe(id);
      expect(parentOf(mergeId(run))).toBe(id);
      expect(parentOf(sessionId(run, b))).toBe(run);
      expect(new Set([jobId(id, a), run, mergeId(run), sessionId(run, b)]).size).toBe(4);
    }),
  );
});

test('a short hash has its length and only letters and digits', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), fc.integer({ min: 1, max: 12 }), (random, length) => {
      expect(shortHash(random, length)).toMatch(new RegExp(`^[0-9a-z]{${length}}$`));
    }),
  );
});
