import { unchanged } from '#core/change';
import { moved, nobodyYet } from '#core/delivery';
import { goneBecause, isAgentId } from '#core/holder';
import { ANSWER_KEPT_MS } from '#core/limits';
import { over, owesWord, wordOf } from '#core/question';
import type { Escalation } from '#core/records';
import { isRefusal, orThrow, type Refusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import type { Desk } from '#world/desk';
import { posting } from './nudge.ts';

const event = (doc: Escalation, type: `${string}.${string}`, data: Record<string, unknown>) => ({
  type,
  subject: doc.id,
  ...(doc.rig ? { rig: doc.rig } : {}),
  data,
});

/** Nobody answered in time. */
export const expire = (desk: Desk, id: string): Promise<undefined | Refusal> =>
  desk.change(async (reading) => {
    const now = desk.clock.now();
    const known = await reading.get('escalation', id);
    if (!known || known.state === 'closed' || known.dialog || (known.expiresAt ?? now + 1) > now) return unchanged(undefined);
    const doc = over(known, 'expired', 'gt', 'nobody answered in time', now);
    return { put: [{ noun: 'escalation', doc }], events: [event(doc, 'question.expired', {})], answer: undefined };
  });

/** Puts the answer, or that there is none, into the asker's line: whichever session of it comes next, by hook or terminal. `later`: the line is full. */
export const tell = (desk: Desk, id: string): Promise<undefined | 'later' | Refusal> =>
  desk.change<undefined | 'later'>(async (reading) => {
    const doc = await reading.get('escalation', id);
    if (!doc?.asker || !owesWord(doc)) return unchanged(undefined);
    const now = desk.clock.now();
    const { address, line } = doc.asker;
    // Whoever has the asker's name since then has asked nothing.
    const agent = isAgentId(line) ? await reading.get('agent', line) : undefined;
    if (agent && agent.createdAt >= doc.openedAt) {
      const told = { at: now, why: goneBecause(line) };
      return {
        put: [{ noun: 'escalation', doc: { ...doc, told } }],
        events: [event(doc, 'question.told', { why: told.why })],
        answer: undefined,
      };
    }
    const from = doc.answer?.by ?? 'gt';
    const word = {
      to: address,
      work: line,
      text: wordOf(doc),
      mode: 'wait-idle' as const,
      from,
      key: `answer ${doc.id}`,
      expiresIn: ANSWER_KEPT_MS,
    };
    const change = await posting(desk, reading, word);
    if (isRefusal(change) && change.refused === 'NUDGE_LINE_FULL') return unchanged('later');
    // Its work is closed, or nobody has it: there is nobody to tell.
    const told = isRefusal(change) ? { at: now, why: change.refused } : { at: now, delivery: change.answer.id };
    const put = { noun: 'escalation' as const, doc: { ...doc, told } };
    const news = event(doc, 'question.told', told.delivery ? { delivery: told.delivery } : { why: told.why });
    if (isRefusal(change)) return { put: [put], events: [news], answer: undefined };
    return { ...change, put: [...change.put, put], events: [...(change.events ?? []), news], answer: undefined };
  });

/** The call that asked has the answer. A delivery that was posted meanwhile is taken back if nobody has it yet. */
export const heard = (desk: Desk, id: string): Promise<undefined | Refusal> =>
  desk.change(async (reading) => {
    const doc = await reading.get('escalation', id);
    if (!doc?.asker || doc.state !== 'closed') return unchanged(undefined);
    const now = desk.clock.now();
    const posted = doc.told?.delivery ? await reading.get('delivery', doc.told.delivery) : undefined;
    if (posted?.state === 'pending') {
      const recipient = (await reading.get('recipient', posted.work)) ?? nobodyYet(posted.work);
      return moved(recipient, [{ doc: posted, state: 'withdrawn', why: 'the call that asked has said it' }], now);
    }
    if (doc.told) return unchanged(undefined);
    return { put: [{ noun: 'escalation', doc: { ...doc, told: { at: now } } }], answer: undefined };
  });

/** A person has seen it, and sees to it; it stays open. */
export const acknowledge = (desk: Desk, id: string): Promise<Escalation | Refusal> =>
  desk.change(async (reading) => {
    const known = await openOne(await reading.get('escalation', id), id, desk);
    if (isRefusal(known) || known.state === 'acked') return isRefusal(known) ? known : unchanged(known);
    const doc: Escalation = { ...known, state: 'acked', ackedBy: desk.actor, lastAt: desk.clock.now() };
    return { put: [{ noun: 'escalation', doc }], events: [event(doc, 'escalation.acked', { by: desk.actor })], answer: doc };
  });

/** Nobody is asked any more. */
export const closeEscalation = (desk: Desk, id: string, reason: string): Promise<Escalation | Refusal> =>
  desk.change(async (reading) => {
    const known = await openOne(await reading.get('escalation', id), id, desk);
    if (isRefusal(known)) return known;
    const doc = over(known, 'closed', desk.actor, reason, desk.clock.now());
    const news = event(doc, 'escalation.closed', { escalation: id, by: desk.actor, reason: reason.slice(0, 200) });
    return { put: [{ noun: 'escalation', doc }], events: [news], answer: doc };
  });

/**
 * Who asked from this line is gone for good: its open questions are over, and no answer that it had not heard reaches whoever gets its name.
 * @param why in words for people
 */
export async function leaveUnanswered(desk: Desk, line: string, why: string): Promise<void> {
  const of = (which: 'open' | 'answered') => desk.books.index(`questions.${which}:${line}`);
  for (const id of [...(await of('open')), ...(await of('answered'))])
    orThrow(
      await desk.change(async (reading) => {
        const now = desk.clock.now();
        const known = await reading.get('escalation', id);
        if (known?.asker?.line !== line) return unchanged(undefined);
        const posted = known.told?.delivery ? await reading.get('delivery', known.told.delivery) : undefined;
        if (posted?.state === 'taken' || (known.told && !known.told.delivery)) return unchanged(undefined);
        if (known.state === 'closed')
          return { put: [{ noun: 'escalation', doc: { ...known, told: { at: now, why } } }], answer: undefined };
        const doc = over(known, 'elsewhere', 'gt', why, now);
        return {
          put: [{ noun: 'escalation', doc }],
          events: [event(doc, 'question.ended', { ended: 'elsewhere', reason: why })],
          answer: undefined,
        };
      }),
    );
}

async function openOne(known: Escalation | undefined, id: string, desk: Desk): Promise<Escalation | Refusal> {
  if (!known) return refuse('QUESTION_UNKNOWN', { id, hint: '`gt escalate list --all` shows all.' });
  if (known.state !== 'closed') return known;
  const { closedBy = 'gt', reason = 'its cause is gone' } = known;
  return refuse('QUESTION_CLOSED', {
    id,
    by: closedBy,
    reason,
    at: relativeTime(known.closedAt ?? known.lastAt, desk.clock.now()),
  });
}
