import type { Change, Put } from '#core/change';
import { gatesAmong, isFinal, jobMember } from '#core/derive';
import { jobId, type Member, member } from '#core/ids';
import type { Gate, Molecule, Records, Step, Work } from '#core/records';
import { emptyHand } from './life.ts';

type Escalation = Records['escalation'];

/** A molecule with all that lies in it. */
export type Tree = {
  readonly mol: Molecule;
  readonly steps: readonly Step[];
  readonly gates: readonly Gate[];
  /** What people are asked about its steps and gates. */
  readonly questions: readonly Escalation[];
  /** Molecules that hang under its steps, or were bonded under it. */
  readonly nested: readonly Tree[];
};

/** What a tree hangs under: its work item, and the molecule at the top. */
export type Above = { readonly work: Work | undefined; readonly root: Molecule | undefined };

type Dropped = Pick<Required<Change>, 'drop' | 'settle' | 'marks'>;

/** Drops the steps, gates and nested molecules of a tree, and nobody is asked about them any more: their jobs find nothing and end; what waited goes on. */
export function dropInside({ steps, gates, questions, nested }: Tree): Dropped {
  const inner = nested.map(dropWhole);
  return {
    drop: [
      ...steps.map(({ id }) => ({ noun: 'step' as const, id })),
      ...gates.map(({ id }) => ({ noun: 'gate' as const, id })),
      ...questions.map(({ id }) => ({ noun: 'escalation' as const, id })),
      ...inner.flatMap(({ drop }) => drop),
    ],
    settle: [
      ...steps.filter(({ status }) => status !== 'closed').map(({ id }) => id),
      ...gates.filter((gate) => !isFinal.gate(gate)).map(({ id }) => id),
      ...inner.flatMap(({ settle }) => settle),
    ],
    marks: [
      ...steps.filter(({ status }) => status !== 'closed').flatMap(jobsOf),
      ...gates.filter((gate) => !isFinal.gate(gate)).map((doc) => jobMember.gate(doc) as Member),
      ...inner.flatMap(({ marks }) => marks),
    ],
  };
}

/** A step's job, that of the item that does it, which looks whether anybody has it, and those of the gates that keep it back. */
const jobsOf = (step: Step): Member[] => [
  jobMember.step(step) as Member,
  ...(step.work ? [member('work', jobId(step.work, 1))] : []),
  ...gatesAmong(step.needs),
];

/** The same, with the molecule itself. */
export function dropWhole(tree: Tree): Dropped {
  const { mol } = tree;
  const { drop, settle, marks } = dropInside(tree);
  return {
    drop: [...drop, { noun: 'molecule', id: mol.id }],
    settle: [...settle, mol.id],
    marks: mol.state === 'closed' ? marks : [...marks, jobMember.molecule(mol) as Member],
  };
}

/** Ids of all that lies in a tree, its root left out. */
export const idsInside = ({ steps, gates, nested }: Tree): string[] => [
  ...[...steps, ...gates].map(({ id }) => id),
  ...nested.flatMap((one) => [one.mol.id, ...idsInside(one)]),
];

/** The molecule at the top without a step in its hand that goes with the tree. */
export const handFreed = (root: Molecule | undefined, tree: Tree, now: number): Put[] =>
  root?.hand !== undefined && root.id !== tree.mol.id && idsInside(tree).includes(root.hand)
    ? [{ noun: 'molecule', doc: emptyHand(root, now) }]
    : [];

/** A work item without the molecule that was attached to it, or nothing when another one is. */
export function unpinned(
  work: { readonly doc: Extract<Put, { noun: 'work' }>['doc'] } | undefined,
  mol: string,
  now: number,
): Put[] {
  if (work?.doc.molecule !== mol) return [];
  const { molecule: _, ...rest } = work.doc;
  return [{ noun: 'work', doc: { ...rest, updatedAt: now } }];
}
