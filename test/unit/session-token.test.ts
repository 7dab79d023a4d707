import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runId, sessionId } from '#core/ids';
import { parseToken } from '#core/session-token';

const work = fc
  .tuple(
    fc.stringMatching(/^[a-z]{2,6}$/),
    fc.stringMatching(/^[0-9a-z]{3,8}$/),
    fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 2 }),
  )
  .map(([prefix, short, dots]) => [`${prefix}-${short}`, ...dots].join('.'));
const made = fc.record({
  town: fc.stringMatching(/^[a-z0-9]{4,12}$/),
  work,
  run: fc.integer({ min: 1, max: 99 }),
  session: fc.integer({ min: 1, max: 99 }),
  secret: fc.stringMatching(/^[0-9a-f]{16,40}$/),
});

test('a token tells its town, session, run and item', () => {
  fc.assert(
    fc.property(made, ({ town, work: id, run: r, session: s, secret }) => {
      const run = runId(id, r);
      const session = sessionId(run, s);
      expect(parseToken(`${town}.${session}.${secret}`)).toEqual({ town, session, run, line: id });
    }),
  );
});

test.each([
  ['nothing', ''],
  ['a session alone', 'gp-4kx.r1.s1'],
  ['no secret', 'town.gp-4kx.r1.s1.'],
  ['a short secret', 'town.gp-4kx.r1.s1.abcdef'],
  ['a secret of other signs', 'town.gp-4kx.r1.s1.0123456789abcdeg'],
  ['no session number', 'town.gp-4kx.r1.0123456789abcdef'],
  ['a merge request', 'town.gp-4kx.m1.s1.0123456789abcdef'],
  ['no town', '.gp-4kx.r1.s1.0123456789abcdef'],
  ['a line after it', 'town.gp-4kx.r1.s1.0123456789abcdef\nx'],
  ['a line before it', 'x\ntown.gp-4kx.r1.s1.0123456789abcdef'],
  ['a path in it', 'town.gp-4kx/../a.r1.s1.0123456789abcdef'],
])('%s is no token', (_what, text) => {
  expect(parseToken(text)).toBeUndefined();
});
