import type { Change } from '#core/change';
import type { Proto } from '#core/formula/proto';
import type { Molecule, Step, Work } from '#core/records';
import { closing } from '#core/work';
import { execOf } from './pour.ts';

/**
 * Whether an agent of the work item that a molecule hangs under has something to do in it, and not only others, gt and people. Of what grows (items of a
 * fan-out, rounds of a loop) nobody knows before, so an agent may have to do it.
 */
export const needsAgent = ({ steps }: Pick<Proto, 'steps'>, mol: Pick<Molecule, 'fanout'>): boolean =>
  steps.some(
    (step) =>
      step.on_complete !== undefined || step.repeat !== undefined || (step.kind === 'step' && execOf(step, mol) === 'agent'),
  );

/** Whether conditions of it are looked at in the item's worktree. Commands ask for it when their turn comes. */
export const looksInWorktree = ({ steps }: Pick<Proto, 'steps'>): boolean =>
  steps.some(({ gate }) => gate?.type === 'condition' || gate?.condition !== undefined);

/** Whether a molecule is done, for the item as it is now: nothing of it is to come, and if nothing was for its agent the item ends with it. */
export const isDoneFor = (work: Work, mol: Molecule): boolean =>
  mol.closed?.outcome === 'done' && mol.workGeneration === work.generation;

/** Legs that the reason names; the others are counted. */
const NAMED = 5;

/**
 * An item of which its own agent had nothing to do ends with its molecule: what the legs made is the evidence, the last commit that landed the item's own.
 * @param ended steps of the molecule, some of them, in order
 */
export function closeWithMolecule(work: Work, mol: Molecule, ended: readonly Step[], now: number): Change<Work> {
  const legs = ended.flatMap(({ evidence }) =>
    evidence?.work === undefined ? [] : [{ id: evidence.work, commit: evidence.commit }],
  );
  const told = legs.slice(-NAMED).map(({ id, commit }) => (commit ? `${id} landed ${commit.slice(0, 10)}` : `${id} done`));
  const more = legs.length > NAMED ? ', and others' : '';
  const reason = `${mol.id} is done${told.length > 0 ? `: ${told.join(', ')}${more}` : ''}`;
  const commit = legs.findLast((one) => one.commit !== undefined)?.commit;
  const { doc, settle } = closing(work, { at: now, reason, ...(commit ? { commit } : {}) });
  return {
    put: [{ noun: 'work', doc }],
    settle,
    events: [{ type: 'work.closed', subject: doc.id, rig: doc.rig, data: { reason, molecule: mol.id } }],
    answer: doc,
  };
}
