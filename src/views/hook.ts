import { isCurrent } from '#core/holder';
import type { MoleculeTold } from '#core/molecule/step-words';
import type { Molecule, Run } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { reworkInWords } from '#core/work';
import type { Desk } from '#world/desk';

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

/** What the session of this token has to do; SESSION_STALE for a session that is over. Reads one run, one item, one text, and the step in hand of a molecule. */
export async function hook(
  { books, steps }: Pick<Desk, 'books' | 'steps'>,
  caller: { session: string; run: string; token: string },
): Promise<Hook | Refusal> {
  const run = await books.read('run', caller.run);
  if (!run?.session || !isCurrent(run, caller.token))
    return refuse('SESSION_STALE', {
      session: caller.session,
      work: run?.work ?? 'its item',
      current: run?.session?.id ?? 'nobody',
    });
  const [work, text] = await Promise.all([books.read('work', run.work), books.text(run.work)]);
  if (!work) return refuse('NOTHING_HOOKED');
  const mol = work.molecule === undefined || run.submitted ? undefined : await books.read('molecule', work.molecule);
  const leave = run.session.leaving !== undefined;
  return {
    id: work.id,
    title: work.title,
    type: work.type,
    priority: work.priority,
    rig: run.rig,
    run: run.id,
    session: run.session.id,
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
