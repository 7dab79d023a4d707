import { type Change, unchanged } from '#core/change';
import { addressOf, type Holder, holderNoun, isAgent, isCurrent, lineOf, stale } from '#core/holder';
import { HELP_CHARACTERS } from '#core/limits';
import { asked, askedAbout, owesWord, questionId } from '#core/question';
import type { Escalation } from '#core/records';
import type { Refusal } from '#core/refusals';
import { headOf } from '#core/spoken';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import type { Caller } from './ack.ts';
import { alsoTold, type ProtocolMail } from './protocol-mail.ts';

/** What is asked of a person; `caller` is the agent's session that asks, if one does. */
export type Asking = {
  readonly caller: Caller | undefined;
  readonly topic: string;
  readonly details?: string | undefined;
  /** The work item that it is about, where that is not the caller's. */
  readonly about?: { readonly id: string; readonly rig: string } | undefined;
  readonly severity: Escalation['severity'];
  readonly choices: readonly string[];
  /** ms from now */
  readonly expiresIn: number;
  /** The call stays until it has the answer. */
  readonly waits: boolean;
};

/**
 * Asks a person. The same words of the same agent are one question with a count. A question whose answer never reached its asker, because its session ended,
 * is not asked again: its record with the answer is what the next session gets.
 */
export async function ask(desk: Desk, input: Asking): Promise<Escalation | Refusal> {
  const { caller } = input;
  return desk.change(async (reading) => {
    const holder: Holder | undefined = caller && (await reading.get(holderNoun(caller.run), caller.run));
    if (caller && (!holder || !isCurrent(holder, caller.token))) return stale(holder, caller.session);
    const now = desk.clock.now();
    const line = holder ? lineOf(holder) : desk.actor;
    const fresh = await find(reading, line, input.topic);
    const { known } = fresh;
    if (known && caller && owesWord(known) && known.ended === 'answered') return unchanged(known);
    const doc = asked(known, { ...questionOf(fresh.id, input, holder, desk.actor), ...expiry(input, holder, now) }, now);
    const { rig, severity, count, asker } = doc;
    const work = asker && doc.work ? await reading.get('work', doc.work) : undefined;
    const type = count > 1 ? 'question.repeated' : 'question.asked';
    const by = asker?.address ?? desk.actor;
    const change: Change<Escalation> = {
      put: [{ noun: 'escalation', doc }, ...(work ? [{ noun: 'work' as const, doc: askedAbout(work, doc) }] : [])],
      text: count === 1 && input.details ? [{ id: doc.id, fields: { details: input.details } }] : [],
      events: [{ type, subject: doc.id, ...(rig ? { rig } : {}), data: { by, severity, why: doc.why.slice(0, 300), count } }],
      answer: doc,
    };
    return asker && rig && count === 1 && by !== `${rig}/witness`
      ? alsoTold(desk, reading, change, [helpMail(doc, asker, rig)])
      : change;
  });
}

/** The witness of a rig knows who waits there for a person. */
const helpMail = (
  { id, severity, why }: Escalation,
  { address, line }: NonNullable<Escalation['asker']>,
  rig: string,
): ProtocolMail => ({
  facts: { type: 'HELP', question: id, rig, severity, why: headOf(why, HELP_CHARACTERS) },
  from: address,
  fromLine: line,
  to: [{ role: 'witness', rig }],
});

function questionOf(id: string, { topic, choices, severity, about }: Asking, holder: Holder | undefined, actor: string) {
  const own = holder && !isAgent(holder) ? { id: holder.work, rig: holder.rig } : undefined;
  const work = about ?? own;
  const rig = work?.rig ?? holder?.rig;
  return {
    id,
    subject: work?.id ?? (holder ? lineOf(holder) : actor),
    cause: holder ? 'asked' : 'escalated',
    why: topic,
    severity,
    ...(rig ? { rig } : {}),
    ...(work ? { work: work.id } : {}),
    ...(choices.length > 0 ? { choices: [...choices] } : {}),
  };
}

/** What a person escalates waits for nobody's answer, and stays. */
const expiry = ({ expiresIn, waits }: Asking, holder: Holder | undefined, now: number) =>
  holder
    ? {
        asker: { address: addressOf(holder), line: lineOf(holder), ...(holder.session && { session: holder.session.id }) },
        expiresAt: now + expiresIn,
        waiter: waits,
      }
    : {};

/** The record of these words, or a free id for them. */
async function find(reading: Reading, line: string, topic: string): Promise<{ id: string; known: Escalation | undefined }> {
  for (let nth = 0; ; nth++) {
    const id = questionId(line, topic, nth);
    const known = await reading.get('escalation', id);
    if (!known || (known.why === topic && (known.asker?.line ?? line) === line)) return { id, known };
  }
}
