import { QUESTIONS_CLOSED, takesAnswer, wordOf } from '#core/question';
import type { Escalation } from '#core/records';
import { relativeTime } from '#core/relative-time';
import type { Books } from '#world/store/books';
import { type Reason, reason } from './reason.ts';

/** An escalation or question, as lists show it. */
export type EscalationLine = Pick<
  Escalation,
  'id' | 'subject' | 'cause' | 'severity' | 'why' | 'count' | 'state' | 'openedAt'
> & {
  readonly asker: string | null;
  readonly rig: string | null;
  readonly work: string | null;
  readonly choices: readonly string[];
  readonly expiresAt: number | null;
  readonly answer: { readonly text: string; readonly choice: number | null; readonly by: string; readonly at: number } | null;
  /** How it ended: answered, expired, elsewhere, closed; null while it is open, or for one that gt closed with its cause. */
  readonly ended: string | null;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
  readonly reason: string | null;
  /** Why the last answer was not taken. */
  readonly failed: string | null;
  /** The command that answers it. */
  readonly todo: string;
};

/** All that there is to know of one. */
export type EscalationShown = EscalationLine & {
  readonly details: string | null;
  readonly screen: string | null;
  readonly dialog: { readonly name: string; readonly kind: string | null; readonly enter: string | null } | null;
  readonly session: string | null;
  readonly ackedBy: string | null;
  /** Its asker has the answer. */
  readonly told: { readonly at: number; readonly delivery: string | null; readonly why: string | null } | null;
};

const SHOWN = 100;

/** Open ones, oldest first; with `all` also the last that have ended. */
export async function escalationList(
  books: Books,
  { all }: { all: boolean },
): Promise<{ escalations: EscalationLine[]; open: number }> {
  const [open, closed, count] = await Promise.all([
    books.index('escalations.open', 0, SHOWN - 1),
    all ? books.indexFromEnd(QUESTIONS_CLOSED, SHOWN) : [],
    books.count('escalations.open'),
  ]);
  const docs = await books.readMany('escalation', [...closed, ...open]);
  return { escalations: docs.sort((a, b) => a.openedAt - b.openedAt).map(escalationLine), open: count };
}

/** One; undefined when there is none. */
export async function escalationShow(books: Books, id: string): Promise<EscalationShown | undefined> {
  const doc = await books.read('escalation', id);
  if (!doc) return undefined;
  const { details } = await books.text(id);
  const { screen, dialog, asker, ackedBy, told } = doc;
  return {
    ...escalationLine(doc),
    details: details ?? null,
    screen: screen || null,
    dialog: dialog ? { name: dialog.name, kind: dialog.kind ?? null, enter: dialog.enter ?? null } : null,
    session: asker?.session ?? null,
    ackedBy: ackedBy ?? null,
    told: told ? { at: told.at, delivery: told.delivery ?? null, why: told.why ?? null } : null,
  };
}

/** One in a list. */
export function escalationLine(doc: Escalation): EscalationLine {
  const { id, subject, cause, severity, why, count, state, openedAt, asker, choices = [], answer } = doc;
  return {
    id,
    subject,
    cause,
    severity,
    why,
    count,
    state,
    openedAt,
    asker: asker?.address ?? null,
    rig: doc.rig ?? null,
    work: doc.work ?? null,
    choices,
    expiresAt: doc.expiresAt ?? null,
    answer: answer ? { text: answer.text, choice: answer.choice ?? null, by: answer.by, at: answer.at } : null,
    ended: doc.ended ?? null,
    closedAt: doc.closedAt ?? null,
    closedBy: doc.closedBy ?? null,
    reason: doc.reason ?? null,
    failed: doc.failed ?? null,
    todo: todoOf(doc),
  };
}

/** The command that answers it, or closes it where no answer is waited for. */
export function todoOf(doc: Escalation): string {
  const { id, choices = [], dialog } = doc;
  if (dialog?.todo) return dialog.todo;
  if (!takesAnswer(doc)) return `gt escalate close ${id}`;
  return choices.length > 0 ? `gt answer ${id} ${choices.map((_, at) => at + 1).join('|')}` : `gt answer ${id} "…"`;
}

/** Why an agent stands: what it has asked and nobody has answered. */
export async function whyAsked(books: Books, line: string, now: number): Promise<Reason[]> {
  const docs = await books.readMany('escalation', await books.index(`questions.open:${line}`, 0, UNTOLD - 1));
  return docs.map((doc) =>
    reason(
      'asked',
      `Needs you: ${doc.asker?.address ?? line} asks: ${doc.why}${/[.?!…]$/.test(doc.why) ? '' : '.'}`,
      `asked ${relativeTime(doc.openedAt, now)}`,
      todoOf(doc),
    ),
  );
}

/** Answers that a next session of this line may not have heard of: the last few, without those that its agent has taken. */
export async function answersFor(books: Pick<Books, 'indexFromEnd' | 'readMany'>, line: string): Promise<Escalation[]> {
  const docs = await books.readMany('escalation', await books.indexFromEnd(`questions.answered:${line}`, UNTOLD));
  const posted = docs.flatMap(({ told }) => told?.delivery ?? []);
  const open = new Set((await books.readMany('delivery', posted)).filter(({ state }) => state !== 'taken').map(({ id }) => id));
  return docs.filter(({ told }) => told === undefined || (told.delivery !== undefined && open.has(told.delivery)));
}

const UNTOLD = 5;

/** The same, as lines of a session's context. */
export const answersText = (answered: readonly Escalation[]): string[] => answered.map((doc) => `- ${wordOf(doc)}`);
