import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Circle, nextPace, nextRound, PACE, PACE_MS, type Pace, ROUNDS, ROUNDS_MS } from '#core/mail-loop';

/** What of these mails in one thread is sent, by who writes it; refused ones leave nothing. */
function thread(mails: ReadonlyArray<{ party: string | undefined; at: number }>): boolean[] {
  let circle: Circle | undefined;
  return mails.map(({ party, at }) => {
    const next = nextRound(circle, party, at);
    if (next !== 'stop') circle = next;
    return next !== 'stop';
  });
}

test('two programs that answer each other are stopped, however their mails mix, and whatever pauses they make within the hour', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b'), { minLength: 2 * ROUNDS + 1, maxLength: 300 }),
      fc.nat(Math.floor(ROUNDS_MS / 301)),
      (who, pause) => {
        const sent = thread(who.map((party, i) => ({ party, at: i * pause })));
        for (const one of ['a', 'b']) expect(sent.filter((was, i) => was && who[i] === one).length).toBeLessThanOrEqual(ROUNDS);
        expect(sent).toContain(false);
      },
    ),
  );
});

test('a conversation is left alone: a person takes part, others do, or it takes its time', () => {
  const person = Array.from({ length: 200 }, (_, i) => ({ party: i % ROUNDS === 0 ? undefined : 'ab'[i % 2], at: i }));
  const three = Array.from({ length: 200 }, (_, i) => ({ party: 'abc'[i % 3], at: i }));
  const slow = Array.from({ length: 200 }, (_, i) => ({ party: 'ab'[i % 2], at: (i * ROUNDS_MS) / ROUNDS }));
  for (const one of [person, three, slow]) expect(thread(one)).not.toContain(false);
  fc.assert(
    fc.property(
      fc.array(fc.record({ party: fc.constantFrom('a', 'b', undefined), at: fc.constant(0) }), { maxLength: ROUNDS }),
      (few) => {
        expect(thread(few)).not.toContain(false);
      },
    ),
  );
});

test('nobody sends more than so many mails to one mailbox in a minute, and other mailboxes do not count', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('x', 'y'), fc.nat(4000)), { maxLength: 300 }), (mails) => {
      let known: Pace = { id: 'a', sent: [] };
      let now = 0;
      const sent: Array<{ to: string; at: number }> = [];
      for (const [to, pause] of mails) {
        now += pause;
        const next = nextPace(known, [to], now);
        const count = sent.filter((one) => one.to === to && now - one.at < PACE_MS).length;
        if ('tooMany' in next) expect(count).toBeGreaterThan(0);
        else {
          known = next;
          sent.push({ to, at: now });
          expect(count).toBeLessThan(2 * PACE);
        }
        if (sent.filter((one) => one.to === to).length < PACE) expect('tooMany' in next).toBe(false);
      }
      expect(known.sent.length).toBeLessThanOrEqual(2);
    }),
  );
});
