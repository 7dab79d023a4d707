import type { Holder } from './holder.ts';
import { oneLine, sanitise } from './nudge-text.ts';

/** What gt sees of a session that is handed off, without asking its agent. */
export type Collected = {
  /** Its item, with the title. */
  readonly work?: { readonly id: string; readonly title: string; readonly attempt: number } | undefined;
  /** The step in its hands, as `step 3 of 9: test`. */
  readonly step?: string | undefined;
  readonly branch?: string | undefined;
  readonly head?: string | undefined;
  /** Paths that are not committed, and the newest commits, one line each. */
  readonly dirty: readonly string[];
  readonly commits: readonly string[];
  /** Stashes that were made on its branch. */
  readonly stashes: readonly string[];
  /** Questions and gates that wait for a person. */
  readonly waits: readonly string[];
  readonly unread: number;
};

/** What whoever hands off says. */
export type Said = {
  readonly subject?: string | undefined;
  readonly message?: string | undefined;
  readonly next?: string | undefined;
  readonly pending?: readonly string[] | undefined;
  readonly warnings?: readonly string[] | undefined;
};

/** Whose note it is, and who left it when and why. */
export type NoteHead = {
  readonly address: string;
  readonly session: string;
  readonly by: string;
  /** ms since 1970 */
  readonly at: number;
  readonly why: string;
  /** The commit that keeps what was not committed. */
  readonly snapshot?: string | undefined;
};

/** What gt saw, as a part of a note, or alone. */
export function collectedText({ work, step, branch, head, dirty, commits, stashes, waits, unread }: Collected): string {
  const lines = [
    ...(work ? [`- Item: ${work.id}: ${oneLine(work.title)} (attempt ${work.attempt})`] : []),
    ...(step ? [`- In hand: ${step}`] : []),
    ...(branch ? [`- Branch: ${branch}${head ? ` at ${head.slice(0, 10)}` : ''}`] : []),
    ...(dirty.length > 0 ? [`- Not committed: ${dirty.map(oneLine).join(', ')}`] : []),
    ...(stashes.length > 0 ? [`- Stashed: ${stashes.map(oneLine).join('; ')}`] : []),
    ...(commits.length > 0 ? ['- Newest commits:', ...commits.map((line) => `  - ${oneLine(line)}`)] : []),
    ...(unread > 0 ? [`- Unread mail: ${unread} (\`gt mail inbox\`)`] : []),
    ...waits.map((wait) => `- Waits for a person: ${oneLine(wait)}`),
  ];
  return lines.length > 0 ? lines.join('\n') : '- Nothing: no item, no worktree, no mail.';
}

/** A note as the next session reads it: what its forerunner said, part by part, and what gt saw. */
export function noteText(head: NoteHead, said: Said, collected: Collected): string {
  const when = new Date(head.at).toISOString().slice(0, 16);
  const { subject, message, next, pending = [], warnings = [] } = said;
  const kept =
    head.snapshot === undefined
      ? []
      : [`What was not committed is kept in ${head.snapshot.slice(0, 10)}, and lies in the worktree.`];
  return [
    `Handoff of ${head.address}, from ${head.session} at ${when}Z (${oneLine(head.why)})${subject ? `: ${oneLine(subject)}` : ''}`,
    part('Said', message ? sanitise(message) : 'Nothing: gt wrote down what it saw.'),
    part('Pending decisions', listed(pending)),
    part('Warnings', listed([...warnings, ...kept])),
    part('Next', next ? sanitise(next) : ''),
    part('Seen by gt', collectedText(collected)),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

const part = (title: string, text: string): string => (text.trim() === '' ? '' : `### ${title}\n${text.trim()}`);
const listed = (all: readonly string[]): string => all.map((one) => `- ${oneLine(one)}`).join('\n');

/** The note that a session is to read first: the one that was left, unless another session has read it already. Empty where there is none. */
export function noteFor(
  { note, session }: Pick<Holder, 'note' | 'session'>,
  text: Readonly<Record<string, string | undefined>>,
): string {
  const isRead = note?.read !== undefined && note.read !== session?.id;
  return isRead ? '' : (text['handoff'] ?? '');
}

/** Fields of a line's long text that are notes of its sessions, and no text of the item. */
export const NOTE_FIELDS: readonly string[] = ['handoff', 'checkpoint'];
