import { noteFor } from '#core/handoff-note';
import { addressOf, isCurrent, stale } from '#core/holder';
import type { MoleculeTold } from '#core/molecule/step-words';
import type { Agent, Molecule, Run } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { reworkInWords } from '#core/work';
import type { Desk } from '#world/desk';
import type { Books } from '#world/store/books';
import { unreadOf } from './mail-waiting.ts';

/** What is on a session's hook: all that its agent needs to begin. */
export type Hook = {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly priority: number;
  readonly rig: string;
  readonly run: string;
  readonly session: string;
  readonly agent: string;
  readonly attempt: number;
  readonly branch: string | null;
  readonly dir: string;
  readonly handedIn: boolean;
  /** Why it came back, when it did. */
  readonly rework: { readonly kind: string; readonly why: string; readonly evidence: string } | null;
  /** description, design, notes, acceptance */
  readonly text: Readonly<Record<string, string>>;
  /** The molecule that it works, with the step in its hands. */
  readonly molecule: MoleculeTold | null;
};

/** What a lasting agent goes by, on whose hook is no item: what it was told first, the note of its session before, and its mail. */
export type Errand = {
  readonly id: null;
  readonly address: string;
  readonly session: string;
  /** What its session was started with, by whom, and when (ms since 1970). */
  readonly first: { readonly text: string; readonly by: string; readonly at: number } | null;
  readonly note: boolean;
  readonly unread: number;
};

/** What a lasting agent goes by. Reads one text and two counts. */
export async function errand(books: Books, agent: Agent): Promise<Errand> {
  const [handoff, unread] = await Promise.all([books.textField(agent.id, 'handoff'), unreadOf(books, agent)]);
  return {
    id: null,
    address: addressOf(agent),
    session: agent.session?.id ?? '',
    first: agent.session?.first ?? null,
    note: noteFor(agent, { handoff }) !== '',
    unread,
  };
}

/** What the session of this token has to do; SESSION_STALE for a session that is over. Reads one run, one item, one text, and the step in hand of a molecule. */
export async function hook(
  { books, steps }: Pick<Desk, 'books' | 'steps'>,
  caller: { session: string; run: string; token: string },
): Promise<Hook | Refusal> {
  const run = await books.read('run', caller.run);
  if (!run?.session || !isCurrent(run, caller.token)) return stale(run, caller.session);
  return hookOf({ books, steps }, run);
}

/** What is on the hook of a run. */
export async function hookOf({ books, steps }: Pick<Desk, 'books' | 'steps'>, run: Run): Promise<Hook | Refusal> {
  const [work, text] = await Promise.all([books.read('work', run.work), books.text(run.work)]);
  if (!work) return refuse('NOTHING_HOOKED');
  const mol = work.molecule === undefined || run.submitted ? undefined : await books.read('molecule', work.molecule);
  const leave = run.session?.leaving !== undefined;
  return {
    id: work.id,
    title: work.title,
    type: work.type,
    priority: work.priority,
    rig: run.rig,
    run: run.id,
    session: run.session?.id ?? '',
    agent: run.agent,
    attempt: run.attempt,
    branch: run.branch ?? null,
    dir: run.dir,
    handedIn: run.submitted !== undefined,
    rework: run.rework ? { kind: run.rework.kind, why: reworkInWords(run.rework), evidence: run.rework.evidence } : null,
    text,
    molecule: mol && !isMended(run, mol) ? await steps.standing(mol, leave) : null,
  };
}

/** What came back after all of its steps were done is mended as a whole. A run that goes on where one has died, and closes the last of them, has no more to do. */
const isMended = (run: Run, mol: Molecule): boolean =>
  run.rework !== undefined && mol.state === 'closed' && (mol.closed?.at ?? 0) <= run.grantedAt;
