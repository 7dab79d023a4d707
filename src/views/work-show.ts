import { stepHeading } from '#core/molecule/step-words';
import type { Gate, Merge, Work } from '#core/records';
import type { Desk } from '#world/desk';
import type { Books } from '#world/store/books';
import { type MolLine, molLine } from './mol-status.ts';
import { type Polecat, polecatOf } from './polecat-list.ts';
import { type WorkLine, workLines } from './work-list.ts';

/** All that there is to know of an item. */
export type WorkShown = WorkLine & {
  readonly createdBy: string;
  readonly agent: string | null;
  readonly text: Readonly<Record<string, string>>;
  readonly deps: ReadonlyArray<{
    readonly id: string;
    readonly title: string;
    /** Of an item, or of a gate. */
    readonly status: Work['status'] | Gate['state'] | 'unknown';
    readonly met: boolean;
  }>;
  readonly run: Polecat | null;
  readonly runs: number;
  readonly merge: Pick<Merge, 'id' | 'state' | 'head' | 'branch' | 'target' | 'submittedAt'> | null;
  readonly rework: { readonly kind: string; readonly evidence: string } | null;
  readonly needsYou: { readonly escalation: string; readonly why: string } | null;
  readonly hold: { readonly name: string; readonly branch: string | null; readonly dir: string } | null;
  /** What its agent works step by step: the one in hand, or what it waits for. */
  readonly molecule: (MolLine & { readonly step: string | null; readonly waits: readonly string[] }) | null;
  /** The step that it does. */
  readonly leg: { readonly step: string; readonly key: string; readonly title: string; readonly mol: string } | null;
  readonly closed: { readonly at: number; readonly reason: string; readonly commit: string | null } | null;
};

/** One item with its text, its needs, and what has it. Undefined when there is none. */
export async function workShow({ books, steps }: Pick<Desk, 'books' | 'steps'>, id: string): Promise<WorkShown | undefined> {
  const work = await books.read('work', id);
  if (!work) return undefined;
  const [[line], text, needs, gates, run, merge, molecule, step] = await Promise.all([
    workLines(books, [work]),
    books.text(id),
    books.readMany('work', work.deps),
    books.readMany('gate', work.deps),
    work.run ? books.read('run', work.run) : undefined,
    work.merge ? books.read('merge', work.merge) : undefined,
    work.molecule ? moleculeOf(books, steps, work.molecule) : null,
    work.leg ? books.read('step', work.leg.step) : undefined,
  ]);
  if (!line) return undefined;
  const known = new Map<string, { title: string; status: Work['status'] | Gate['state'] }>([
    ...needs.map(({ id: own, title, status }) => [own, { title, status }] as const),
    ...gates.map(({ id: own, title, state }) => [own, { title, status: state }] as const),
  ]);
  const { hold, closed, rework } = work;
  return {
    ...line,
    createdBy: work.createdBy,
    agent: work.agent ?? null,
    text,
    deps: work.deps.map((dep) => ({
      id: dep,
      title: known.get(dep)?.title ?? '',
      status: known.get(dep)?.status ?? 'unknown',
      met: !line.unmet.includes(dep),
    })),
    run: run ? polecatOf(run, work.title) : null,
    runs: work.runs,
    merge: merge ? pickMerge(merge) : null,
    rework: rework ? { kind: rework.kind, evidence: rework.evidence } : null,
    needsYou: work.needsYou ? { escalation: work.needsYou.escalation, why: work.needsYou.why } : null,
    hold: hold ? { name: hold.name, branch: hold.branch ?? null, dir: hold.dir } : null,
    molecule,
    leg: step ? { step: step.id, key: step.key, title: step.title, mol: step.mol } : null,
    closed: closed ? { at: closed.at, reason: closed.reason, commit: closed.commit ?? null } : null,
  };
}

async function moleculeOf(books: Books, steps: Desk['steps'], id: string): Promise<WorkShown['molecule']> {
  const mol = await books.read('molecule', id);
  const line = await molLine(books, id);
  if (!mol || !line) return null;
  const { step, waits } = mol.state === 'closed' ? { step: null, waits: [] } : await steps.standing(mol);
  return { ...line, step: step ? stepHeading(step) : null, waits };
}

const pickMerge = ({ id, state, head, branch, target, submittedAt }: Merge) => ({ id, state, head, branch, target, submittedAt });
