import { mailboxOf } from '#core/mail';
import { nextPace, nextRound, PACE, ROUNDS } from '#core/mail-loop';
import type { Message } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { escalationId } from '#core/work';
import type { Desk } from '#world/desk';
import type { Addressee } from './addressees.ts';
import type { Draft } from './draft.ts';
import { escalate } from './escalate.ts';
import type { Mail } from './send-mail.ts';

/** Mails that lie in a queue at most. */
const QUEUE_LENGTH = 1000;

/** Whether a mail goes in circles, or into a queue that nobody empties; its thread and its sender's pace are noted in the draft. */
export async function refusePace(
  desk: Desk,
  draft: Draft,
  mail: Mail,
  { root, parent }: { readonly root: Message | undefined; readonly parent: Message | undefined },
  boxes: readonly Addressee[],
): Promise<Refusal | undefined> {
  for (const { box } of boxes)
    if (box.startsWith('queue:') && (await desk.books.count(`letters.unread:${box}`)) >= QUEUE_LENGTH)
      return refuse('QUEUE_FULL', { queue: box, count: QUEUE_LENGTH });
  if (mail.facts) return undefined;
  const { from, fromLine } = mail;
  const now = desk.clock.now();
  if (mail.auto && parent?.auto)
    return refuse('MAIL_LOOP', {
      about: parent.thread,
      why: `a mail that a program sent (${parent.id}) is answered by a program`,
    });
  if (root) {
    const circle = nextRound(root.circle, fromLine, now);
    if (circle === 'stop')
      return refuse('MAIL_LOOP', {
        about: root.id,
        why: `${from} has written ${ROUNDS} times in ${root.id}, where one other agent answers`,
      });
    const { circle: _, ...rest } = root;
    draft.put({ noun: 'message', doc: circle ? { ...root, circle } : rest });
  }
  if (fromLine === undefined) return undefined;
  const known = (await draft.get('pace', fromLine)) ?? { id: fromLine, sent: [] };
  const doc = nextPace(known, boxes.map(mailboxOf), now);
  if ('tooMany' in doc)
    return refuse('MAIL_LOOP', {
      about: fromLine,
      why: `${from} has sent ${PACE} mails to ${String(doc.tooMany)} within a minute`,
    });
  draft.put({ noun: 'pace', doc });
  return undefined;
}

/** Asks a person about a loop, once as long as the question is open. */
export async function askAboutLoop(desk: Desk, { facts }: Refusal): Promise<void> {
  const question = { subject: String(facts['about']), cause: 'mail-loop', why: `Mail goes in circles: ${String(facts['why'])}.` };
  const known = await desk.books.read('escalation', escalationId(question.subject, question.cause));
  if (known && known.state !== 'closed') return;
  const asked = await escalate(desk, question);
  if (isRefusal(asked))
    desk.log.warn('a mail loop that nobody was asked about', { about: question.subject, refused: asked.refused });
}
