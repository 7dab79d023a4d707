import type { Change, Put } from '#core/change';
import type { Molecule, Step } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { cancel, endOpen } from './cancel.ts';
import { digestText } from './digest.ts';
import { type Above, dropInside, handFreed, idsInside, type Tree } from './tree.ts';

/** What came of a squash: the digest, what it stands for, and what was dropped of it. */
export type Squashed = {
  readonly id: string;
  readonly digest: string;
  readonly squashed: readonly string[];
  readonly deleted: number;
  readonly kept: boolean;
};

type Wish = { readonly summary?: string; readonly keep: boolean };

/**
 * Squashes a molecule: a digest is left in place of its steps, in one change. A wisp that is still open is closed by it, open steps and all; of any other
 * molecule every step must have ended. Squashed again it is answered as before; steps that were kept then may be dropped now.
 */
export function squash(tree: Tree, { work, root }: Above, { summary, keep }: Wish, now: number): Change<Squashed> | Refusal {
  const { mol, steps } = tree;
  const inside = idsInside(tree);
  const open = steps.filter(({ status }) => status !== 'closed');
  if (mol.phase === 'liquid' && (open.length > 0 || mol.state === 'pouring'))
    return refuse('MOLECULE_OPEN', { id: mol.id, open: open.length === 0 ? mol.planned : open.length });
  const before = mol.digest;
  if (before && (!before.kept || keep)) return { put: [], answer: told(mol, before, [], 0) };
  const digest = before ? { ...before, kept: false } : { id: digestId(mol.id), at: now, squashed: inside.length, kept: keep };
  const ending = mol.state !== 'closed';
  const doc: Molecule = { ...(ending ? closed(mol, steps, now) : mol), digest, updatedAt: now };
  const put: Put[] = [{ noun: 'molecule', doc }, ...handFreed(root, tree, now)];
  if (work && mol.work === work.id && work.digest !== digest.id)
    put.push({ noun: 'work', doc: { ...work, digest: digest.id, updatedAt: now } });
  const none = { put: [], drop: [], settle: [], marks: [] };
  const inTree = keep ? { ...none, ...(ending ? endKept(tree, doc, now) : {}) } : { ...none, ...dropInside(tree) };
  return {
    put: [...put, ...inTree.put],
    drop: inTree.drop,
    settle: ending ? [...inTree.settle, mol.id] : inTree.settle,
    marks: inTree.marks,
    ...(before ? {} : { text: [{ id: mol.id, fields: { digest: summary ?? digestText(tree) } }] }),
    events: [
      ...(ending
        ? [
            {
              type: 'molecule.closed' as const,
              subject: mol.id,
              rig: mol.rig,
              data: { outcome: doc.closed?.outcome ?? 'done', reason: 'squashed' },
            },
          ]
        : []),
      {
        type: 'molecule.squashed',
        subject: mol.id,
        rig: mol.rig,
        data: { digest: digest.id, squashed: inside.length, kept: keep },
      },
    ],
    answer: told(doc, digest, inside, keep ? 0 : inside.length),
  };
}

/** Steps that are kept of a molecule that ends are closed, and what hangs under it is asked to end. */
function endKept(
  { mol, steps, questions, nested }: Tree,
  doc: Molecule,
  now: number,
): Required<Pick<Change, 'put' | 'settle' | 'marks'>> {
  const reason = `${mol.id} was squashed`;
  const under = nested.filter(({ mol: one }) => one.under === mol.id).map(({ mol: one }) => cancel(one, 'gt', reason, now));
  const ended = endOpen({ ...mol, cancel: { by: 'gt', reason, at: now } }, doc, steps, questions, now);
  const put = [...ended.put, ...under.flatMap((one) => one.put)];
  return { put, settle: ended.settle ?? [], marks: ended.marks ?? [] };
}

/** Where the digest of a molecule is found. */
export const digestId = (mol: string): string => `${mol}.digest`;

/** The digest as a closed task under its molecule, for those who show steps; undefined when there is none. Its text is field `digest` of the molecule's. */
export function digestStep(mol: Molecule): Step | undefined {
  if (!mol.digest) return undefined;
  const { id, at, squashed } = mol.digest;
  const title = `Digest of ${mol.title}`;
  return {
    id,
    mol: mol.id,
    rig: mol.rig,
    seq: mol.next,
    key: 'digest',
    title,
    exec: 'mark',
    type: 'task',
    priority: 2,
    labels: [],
    needs: [],
    at: -1,
    attempts: 0,
    status: 'closed',
    closed: { at, outcome: 'done', reason: `${squashed} records squashed` },
  };
}

function closed(mol: Molecule, steps: readonly Step[], now: number): Molecule {
  const { hand: _, held: _held, ...rest } = mol;
  const failed = steps.some(({ status, closed: end }) => status === 'failed' || end?.outcome === 'failed');
  const open = steps.some(({ status }) => status !== 'closed');
  const outcome = failed ? ('failed' as const) : ('done' as const);
  return { ...rest, state: 'closed', closed: { at: now, outcome, reason: open ? 'squashed while steps were open' : 'squashed' } };
}

const told = (
  mol: Molecule,
  digest: NonNullable<Molecule['digest']>,
  squashed: readonly string[],
  deleted: number,
): Squashed => ({
  id: mol.id,
  digest: digest.id,
  squashed,
  deleted,
  kept: digest.kept,
});
