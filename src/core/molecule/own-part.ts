import type { Change } from '#core/change';
import type { Proto, ProtoStep } from '#core/formula/proto';
import type { Molecule, Step, Work } from '#core/records';
import { closing } from '#core/work';
import { execOf } from './pour.ts';

/**
 * What a molecule asks of the work item that it hangs under: an agent of its own; only its worktree, since gt runs commands there; or nothing, where all is
 * work of others, waits and marks.
 */
export type OwnPart = 'agent' | 'worktree' | 'nothing';

/** Of what grows (items of a fan-out, rounds of a loop) nobody knows before, so an agent may have to do it. */
export function ownPartOf({ steps }: Pick<Proto, 'steps'>, mol: Pick<Molecule, 'fanout'>): OwnPart {
  if (steps.some((step) => isForAgent(step, mol))) return 'agent';
  return steps.some(runsThere) ? 'worktree' : 'nothing';
}

const isForAgent = (step: ProtoStep, mol: Pick<Molecule, 'fanout'>): boolean =>
  step.on_complete !== undefined || step.repeat !== undefined || (step.kind === 'step' && execOf(step, mol) === 'agent');

const runsThere = ({ exec, ralph, gate }: ProtoStep): boolean =>
  exec?.run !== undefined ||
  exec?.check !== undefined ||
  exec?.done_if !== undefined ||
  ralph !== undefined ||
  gate?.type === 'condition' ||
  gate?.condition !== undefined;

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
