import { unchanged } from '#core/change';
import type { Escalation } from '#core/records';
import { isRefusal, type Refusal, Refused } from '#core/refusals';
import { headOf } from '#core/spoken';
import type { Desk } from '#world/desk';
import { alsoTold } from './protocol-mail.ts';

/** Who stands, and with which session it came to that. */
type Standing = { readonly address: string; readonly rig: string; readonly session: string };

/**
 * The mayor is told, beside the person, of an agent that gt cannot bring back by itself: once for the session with which it came to that. Where no mayor is
 * wanted, nobody needs to read it.
 */
export async function tellMayor(desk: Desk, asked: Escalation | Refusal, { address, rig, session }: Standing): Promise<void> {
  if (isRefusal(asked)) throw new Refused(asked);
  const { id: question, severity, why } = asked;
  const facts = { type: 'HELP', question, rig, severity, why: headOf(why), session } as const;
  const told = await desk.change(async (reading) =>
    alsoTold(desk, reading, unchanged(undefined), [{ facts, from: address, to: [{ role: 'mayor' }] }]),
  );
  if (isRefusal(told)) throw new Refused(told);
}
