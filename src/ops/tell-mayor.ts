import { unchanged } from '#core/change';
import { HELP_CHARACTERS } from '#core/limits';
import type { Escalation } from '#core/records';
import { isRefusal, type Refusal, Refused } from '#core/refusals';
import { headOf } from '#core/spoken';
import type { Desk } from '#world/desk';
import { alsoTold, type ProtocolMail } from './protocol-mail.ts';

/** Who stands, and with which session it came to that; `more` is the whole of it in words. */
type Standing = { readonly address: string; readonly rig: string; readonly session: string; readonly more?: string };

/** The mail to the mayor about an agent that gt cannot bring back by itself: one for the session with which it came to that. */
export const standsMail = (
  asked: Pick<Escalation, 'id' | 'severity' | 'why'>,
  { address, rig, session, more }: Standing,
): ProtocolMail => {
  const { id: question, severity, why } = asked;
  const facts = { type: 'HELP', question, rig, severity, why: headOf(why, HELP_CHARACTERS), session } as const;
  return { facts, from: address, to: [{ role: 'mayor' }], ...(more === undefined ? {} : { more }) };
};

/**
 * The mayor is told, beside the person, of an agent that gt cannot bring back by itself: once for the session with which it came to that. Where no mayor is
 * wanted, nobody needs to read it.
 */
export async function tellMayor(desk: Desk, asked: Escalation | Refusal, standing: Standing): Promise<void> {
  if (isRefusal(asked)) throw new Refused(asked);
  const told = await desk.change(async (reading) => alsoTold(desk, reading, unchanged(undefined), [standsMail(asked, standing)]));
  if (isRefusal(told)) throw new Refused(told);
}
