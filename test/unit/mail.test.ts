import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forHook, nobodyYet, settled } from '#core/delivery';
import { nextForDelivery } from '#core/delivery-next';
import { CONTEXT_BYTES, MAIL_BACKOFF_MAX_MS, NUDGE_ATTEMPTS } from '#core/limits';
import { inTurn, isUrgent, letterId, mailboxOf, mailHead, mailText, thatFit } from '#core/mail';
import type { Letter } from '#core/records';
import { aDelivery } from '../support/records.ts';

const letter = (id: string, more: Partial<Letter> = {}): Letter => ({
  id,
  message: id,
  box: 'mayor',
  line: 'hq-mayor',
  from: 'overseer',
  subject: 'hello',
  type: 'note',
  priority: 2,
  thread: id,
  at: 1,
  bytes: 5,
  head: 'hello',
  state: 'unread',
  told: 'waiting',
  ...more,
});

const letters = fc
  .array(fc.record({ thread: fc.constantFrom('a', 'b', 'c'), priority: fc.nat(4), at: fc.nat(50), bytes: fc.nat(12_000) }), {
    maxLength: 30,
  })
  .map((all) => all.map((more, i) => letter(`ml-${i}`, { ...more, at: 100 * more.at + i })));

describe('the turn of letters', () => {
  test('is that of their age within a thread, and what is urgent comes before all but its own thread', () => {
    fc.assert(
      fc.property(letters, (all) => {
        const told = inTurn(all);
        expect(new Set(told)).toEqual(new Set(all));
        for (const thread of ['a', 'b', 'c']) {
          const ages = told.filter((one) => one.thread === thread).map(({ at }) => at);
          expect(ages).toEqual([...ages].sort((x, y) => x - y));
        }
        const last = told.findLastIndex(({ priority }) => isUrgent(priority));
        for (const [i, one] of told.slice(0, last + 1).entries())
          expect(told.slice(i).some((after) => after.thread === one.thread && isUrgent(after.priority))).toBe(true);
      }),
    );
  });

  test('fits into what a hook may print, however long they are, and begins with the first', () => {
    fc.assert(
      fc.property(letters, fc.constantFrom('x', 'ü', '🚚'), (all, sign) => {
        const taken = thatFit(all, CONTEXT_BYTES);
        expect(taken).toEqual(all.slice(0, taken.length));
        expect(taken.length > 0 || all.length === 0).toBe(true);
        const bodies = taken.map(({ bytes }) => sign.repeat(Math.floor(bytes / Buffer.byteLength(sign))));
        expect(Buffer.byteLength(mailText(taken, bodies))).toBeLessThanOrEqual(CONTEXT_BYTES);
      }),
    );
  });
});

test('a letter to a polecat lies with its item, one to an agent that lasts at its address', () => {
  expect(mailboxOf({ box: 'shop/polecats/toast', line: 'sh-4kx' })).toBe('sh-4kx');
  expect(mailboxOf({ box: 'mayor', line: 'hq-mayor' })).toBe('mayor');
  expect(mailboxOf({ box: 'overseer' })).toBe('overseer');
  expect(letterId('ml-1', 'mayor')).toBe('ml-1@mayor');
});

test('a mail is told with who wrote it, what kind it is, and how it is answered', () => {
  const one = letter('ml-1', { priority: 0, type: 'HELP', replyTo: 'ml-0', at: Date.UTC(2026, 0, 2, 3, 4) });
  expect(mailText([one], ['come'])).toBe(
    '[GAS TOWN] Mail ml-1 from overseer, 2026-01-02T03:04Z (urgent, HELP, answers ml-0): hello\ncome\n(to answer: gt mail reply ml-1 "…")',
  );
  // A mail of one line has it for its subject: it is said once.
  expect(mailText([one], ['hello\n'])).toBe(mailText([one], ['']));
  expect([mailHead([one]), mailHead([one, one]), mailHead([])]).toEqual([
    'mail from overseer: hello',
    'mail from overseer: hello (+1)',
    'mail',
  ]);
  // As long as subjects are: lists cut it where the terminal ends.
  expect(mailHead([{ ...one, subject: 's'.repeat(150) }])).toContain('s'.repeat(150));
});

describe('a delivery of mail', () => {
  const mail = aDelivery('dl-1', { mail: true, bytes: 0, expiresAt: 1e15 });
  const claimed = {
    ...mail,
    state: 'claimed' as const,
    claim: { path: 'terminal' as const, owner: 'w', session: 's', at: 1, until: 2e15 },
  };

  test('is tried for as long as it is certainly not sent, ever more rarely', () => {
    for (const attempts of [1, NUDGE_ATTEMPTS, 100]) {
      const move = settled({ ...claimed, attempts }, { state: 'not-sent' }, 1000);
      expect(move).toMatchObject({ state: 'pending' });
      expect(move.notBefore).toBeLessThanOrEqual(1000 + MAIL_BACKOFF_MAX_MS);
    }
  });

  test('that the host let go untyped is asked for under another id, since the host answers the old one as before', () => {
    expect(settled(claimed, { state: 'expired' }, 1000)).toMatchObject({ state: 'pending', doc: { round: 1 } });
    expect(settled(aDelivery('dl-2', { state: 'claimed' }), { state: 'expired' }, 1000)).toMatchObject({ state: 'expired' });
  });

  test('whose letters are not settled is the last that a hook takes, into the room that is left', () => {
    const line = ['dl-0', 'dl-1', 'dl-2'].map((id) => ({ id }));
    const docs = new Map([aDelivery('dl-0', { bytes: 1000 }), mail, aDelivery('dl-2')].map((doc) => [doc.id, doc]));
    const { take, room } = forHook({ ...nobodyYet('gp-a'), line }, docs, 1000);
    expect([take.map(({ id }) => id), room]).toEqual([['dl-0', 'dl-1'], CONTEXT_BYTES - 1000]);
  });

  test('that a hook of an earlier session has is over as soon as another session is there', () => {
    const left = {
      ...mail,
      state: 'claimed' as const,
      claim: { path: 'hook' as const, owner: 'h', session: 's1', at: 1, until: 1e9 },
    };
    const facts = (current: string) => ({ over: false, takesByHook: true, current });
    const line = { ...nobodyYet('gp-a'), line: [{ id: 'dl-1' }] };
    expect(nextForDelivery(left, line, facts('s1'), 1000)).toMatchObject({ do: 'wait' });
    expect(nextForDelivery(left, line, facts('s2'), 1000)).toMatchObject({
      do: 'run-out',
      why: expect.stringContaining('session ended'),
    });
  });
});
