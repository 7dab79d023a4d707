import { jobId, type Member, member } from './ids.ts';
import { HOLD_MS, QUESTION_GRACE_MS } from './limits.ts';
import type { Escalation, Records, Work } from './records.ts';
import { type Refusal, refuse } from './refusals.ts';
import { textHash } from './text-hash.ts';

/**
 * A question of an agent to a person: an escalation with an asker.
 *
 *   open ──gt answer──▸ answered ──told by the call that waits, or by a delivery──▸ over
 *    ├──its time is over──▸ expired ──told likewise──▸ over
 *    ├──the dialog is gone, or its session──▸ elsewhere (over)
 *    └──gt escalate close──▸ closed ──told likewise──▸ over
 *
 * - It is answered once. The answer stands in its record before anybody is told, so it outlives the asker's session and the worker.
 * - The answer to a dialog is typed by the host, which looks whether that dialog is still there. What could not be typed leaves the question open.
 */
/** An answer or the lack of one that the asker has not heard of. */
export const owesWord = ({ asker, dialog, ended, told }: Escalation): boolean =>
  asker !== undefined && dialog === undefined && ended !== undefined && ended !== 'elsewhere' && told === undefined;

/** Whether a person's words end it: there is an asker to tell, or there are choices to take one of. */
export const takesAnswer = ({ asker, choices = [] }: Escalation): boolean => asker !== undefined || choices.length > 0;

/** Whether its job has nothing left to do. */
export const hasEnded = (doc: Escalation): boolean => doc.state === 'closed' && !owesWord(doc);

/** Index of those that have ended, by when. */
export const QUESTIONS_CLOSED = 'escalations.closed';
/** Index of the open ones about a subject. */
export const openAbout = (subject: string): string => `escalations.open:${subject}`;

/** Where it stands: among the open ones, also of its subject, or the closed ones; expired; and of its asker, as long as a next session of it may have to be told. */
export function questionStands(doc: Escalation): Array<readonly [string, number]> {
  const { asker, ended, closedAt = doc.lastAt } = doc;
  if (doc.state !== 'closed')
    return [['escalations.open', doc.openedAt], [openAbout(doc.subject), doc.openedAt], ...of(doc, 'open')];
  return [
    [QUESTIONS_CLOSED, closedAt],
    ...(ended === 'expired' ? [['questions.expired', closedAt] as const] : []),
    ...(ended === 'answered' && asker && !doc.dialog ? [[`questions.answered:${asker.line}`, closedAt] as const] : []),
  ];
}

const of = ({ asker, openedAt }: Escalation, which: string): Array<readonly [string, number]> =>
  asker ? [[`questions.${which}:${asker.line}`, openedAt]] : [];

/** The same asker's same words are one question. @param nth another one of that name, when two texts share it */
export const questionId = (line: string, words: string, nth = 0): string =>
  `qn-${textHash(`${line}\n${words}\n${nth === 0 ? '' : nth}`, 5)}`;

/** The job of a question, as what waits for its end names it. */
export const questionJob = ({ id, generation }: Pick<Escalation, 'id' | 'generation'>): string => jobId(id, generation ?? 1);

/** Questions that an item remembers. */
const REMEMBERED = 20;

/** The item that a question is about, which ends it when it closes. */
export function askedAbout(work: Work, question: Escalation): Work {
  const job = questionJob(question);
  const { questions = [] } = work;
  return questions.includes(job) ? work : { ...work, questions: [...questions, job].slice(-REMEMBERED) };
}

/** Questions of an item that closes look again: nobody waits for their answers. */
export const overWith = (doc: Work, before: Work | undefined): Member[] =>
  doc.status === 'closed' && before?.status !== 'closed' ? (doc.questions ?? []).map((job) => member('escalations', job)) : [];

type WithSession = Pick<Records['run'], 'session'>;

/** The question about a dialog looks again when the dialog is gone, or its session is. */
export function overDialog({ session }: WithSession, before: WithSession | undefined): Member[] {
  const was = before?.session?.shows?.question;
  if (was === undefined) return [];
  const stands = session && !session.exit && session.id === before?.session?.id && session.shows?.question === was;
  return stands ? [] : [member('escalations', was)];
}

export type NewQuestion = Pick<Escalation, 'id' | 'subject' | 'cause' | 'why' | 'severity'> &
  Pick<Partial<Escalation>, 'asker' | 'rig' | 'work' | 'choices' | 'screen' | 'dialog' | 'expiresAt' | 'waiter'>;

/** A question as it is asked: anew, once more while it is open, or again after it had ended. */
export function asked(known: Escalation | undefined, input: NewQuestion, now: number): Escalation {
  const { asker, waiter } = input;
  if (known && known.state !== 'closed')
    return { ...known, count: known.count + 1, lastAt: now, ...(asker && { asker }), ...(waiter !== undefined && { waiter }) };
  const generation = known ? (known.generation ?? 1) + 1 : 1;
  return { ...input, generation, count: 1, state: 'open', openedAt: now, lastAt: now };
}

/** What its job does next. */
export type QuestionMove =
  | { readonly do: 'end' }
  | { readonly do: 'look' }
  | { readonly do: 'expire' }
  /** The dialog that asked is gone, or whoever asked. */
  | { readonly do: 'gone'; readonly why: string }
  | { readonly do: 'type' }
  | { readonly do: 'tell' }
  | { readonly do: 'wait'; readonly until: number; readonly why: string };

/** The asker: whether nobody will come any more; whether its session is still that of now, and the question about what its screen shows. */
export type AskerFacts = { readonly over: boolean; readonly present: boolean; readonly shows: string | undefined };

/** Decides the next move. Any wake asks this anew. */
export function nextForQuestion(doc: Escalation, { over: nobody, present, shows }: AskerFacts, now: number): QuestionMove {
  if (hasEnded(doc)) return { do: 'end' };
  if (doc.state === 'closed') {
    const until = (doc.closedAt ?? now) + QUESTION_GRACE_MS;
    if (doc.waiter && present && now < until) return { do: 'wait', until, why: 'the call that asked is about to say it' };
    return { do: 'tell' };
  }
  if (nobody) return { do: 'gone', why: 'its work is closed' };
  if (doc.dialog) {
    if (doc.answer) return { do: 'type' };
    if (!present) return { do: 'gone', why: 'its session is over' };
    if (shows !== questionJob(doc)) return { do: 'gone', why: 'answered in the terminal' };
    return { do: 'wait', until: now + HOLD_MS, why: 'waits for a person' };
  }
  if (doc.expiresAt !== undefined && doc.expiresAt <= now) return { do: 'expire' };
  if (doc.screen === undefined && present) return { do: 'look' };
  return { do: 'wait', until: doc.expiresAt ?? now + HOLD_MS, why: 'waits for a person' };
}

/** It is over. */
export const over = (
  doc: Escalation,
  ended: NonNullable<Escalation['ended']>,
  by: string,
  reason: string,
  now: number,
): Escalation => ({
  ...doc,
  state: 'closed',
  ended,
  closedAt: now,
  closedBy: by,
  reason,
  lastAt: now,
});

/** What a person has said: one of the choices by its number or its words, or, where the asker is an agent that reads, any words. */
export function answerOf(doc: Escalation, words: string): { text: string; choice?: number } | Refusal {
  const { id, choices = [], dialog } = doc;
  const said = words.trim();
  const named = choices.findIndex((one) => one.toLowerCase() === said.toLowerCase());
  const choice = /^\d{1,3}$/.test(said) && choices.length > 0 ? Number(said) : named >= 0 ? named + 1 : undefined;
  const text = choice === undefined ? said : choices[choice - 1];
  if (text === undefined || text === '' || (dialog && choice === undefined && !dialog.words))
    return refuse('ANSWER_NOT_A_CHOICE', { id, said: said.slice(0, 40), choices: choicesInWords(choices) });
  return choice === undefined ? { text } : { text, choice };
}

const choicesInWords = (choices: readonly string[]): string =>
  choices.length === 0
    ? 'it has no choices: say it in words'
    : choices.map((one, at) => `${at + 1} (${one.slice(0, 60)})`).join(', ');

/** Why a question that is over takes no answer. */
export function tooLate({ id, ended, answer, closedBy, reason, work, asker }: Escalation, at: string): Refusal {
  if (answer) return refuse('ANSWERED', { id, by: answer.by, text: answer.text.slice(0, 80), at });
  if (ended === 'expired') return refuse('QUESTION_EXPIRED', { id, at, line: work ?? asker?.line ?? id });
  return refuse('QUESTION_CLOSED', { id, by: closedBy ?? 'gt', reason: reason ?? 'its cause is gone', at });
}

/** What the asker is told. */
export function wordOf({ id, why, answer, ended, choices, closedBy, reason }: Escalation): string {
  const head = `your question ${id} ("${why.length > 200 ? `${why.slice(0, 199)}…` : why}")`;
  if (ended === 'closed') return `${closedBy ?? 'A person'} has closed ${head} without an answer: ${reason ?? ''}`;
  if (ended !== 'answered' || !answer)
    return `Nobody answered ${head} in time: decide yourself and say in your work what you assumed, or hand it on with \`gt escalate\`.`;
  const chosen = answer.choice !== undefined && choices ? `${answer.choice}. ` : '';
  return `The answer to ${head} from ${answer.by}: ${chosen}${answer.text}`;
}
