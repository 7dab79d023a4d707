import { addressOf, type Holder, lineOf } from '#core/holder';
import { protocolId, protocolSubject } from '#core/protocol-mail';
import { isRefusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import { postLetters } from './send-mail.ts';

/** It is in the context that the next session begins with: unread it would stay in its mailbox for ever. */
const FILED = { as: 'read', why: 'the next session begins with it' } as const;

/**
 * Puts the note of a session that was handed off into its agent's own mailbox, where it stays when the next one is handed off. Nobody is told of it: the next
 * session reads the note before all else. Asked again it sends nothing; a mailbox that takes nothing holds up no handoff.
 */
export async function mailToSelf(
  desk: Desk,
  holder: Holder,
  { session, subject, note }: { session: string; subject?: string | undefined; note: string },
) {
  const box = addressOf(holder);
  const line = lineOf(holder);
  const facts = { type: 'HANDOFF', session, line } as const;
  const mail = {
    from: box,
    fromLine: line,
    to: [box],
    subject: subject ?? protocolSubject(facts),
    text: note,
    type: facts.type,
    facts,
    id: protocolId(facts),
  };
  const sent = await postLetters(desk, mail, [{ box, line, tell: false, filed: FILED }]);
  if (isRefusal(sent)) desk.log.info('a handoff was not mailed', { session, why: sent.refused });
}
