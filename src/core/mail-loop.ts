import type { Message, Records } from './records.ts';

export type Circle = NonNullable<Message['circle']>;
export type Pace = Records['pace'];

/**
 * Mail that goes in circles: two programs that answer each other, and never stop. What people write is never meant, and a conversation of agents is none as
 * long as it moves: somebody else takes part, an hour passes, or another thread begins.
 */

/** Mails of one party in one thread in which nobody but two agents write, in so much time (ms). */
export const ROUNDS = 20;
export const ROUNDS_MS = 3_600_000;
/** Mails of one agent to one mailbox in so much time. */
export const PACE = 30;
export const PACE_MS = 60_000;

/** The next mail in a thread. @param party the line of the agent that writes it; a person, who has none, begins anew @returns `stop` when it is one too many */
export function nextRound(known: Circle | undefined, party: string | undefined, now: number): Circle | undefined | 'stop' {
  if (party === undefined) return undefined;
  const others = Object.keys(known?.counts ?? {}).filter((one) => one !== party);
  if (!known || now - known.since > ROUNDS_MS || others.length > 1) return { since: now, counts: { [party]: 1 } };
  const count = (known.counts[party] ?? 0) + 1;
  return count > ROUNDS ? 'stop' : { ...known, counts: { ...known.counts, [party]: count } };
}

/** The next mail of an agent to these mailboxes. @returns the mailbox that gets too many */
export function nextPace(known: Pace, mailboxes: readonly string[], now: number): Pace | { readonly tooMany: string } {
  const lately = known.sent.filter(({ since }) => now - since < PACE_MS);
  const by = new Map(lately.map((one) => [one.to, one]));
  for (const to of mailboxes) {
    const one = by.get(to);
    if (one && one.count >= PACE) return { tooMany: to };
    by.set(to, one ? { ...one, count: one.count + 1 } : { to, since: now, count: 1 });
  }
  return { ...known, sent: [...by.values()] };
}
