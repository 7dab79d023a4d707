import type { Change, NewEvent, Put } from '#core/change';
import type { Member } from '#core/ids';
import { OUTPUT_KEPT_BYTES } from '#core/limits';
import type { Molecule, Step } from '#core/records';

/**
 * The life of a molecule and of its steps.
 *
 *   molecule:  pouring ──all records are there──▸ open ──its last step has closed, or it was cancelled──▸ closed
 *   step:      open ──needs are met──▸ in_progress (an agent, a polecat or a command has it) ──with evidence──▸ closed (done, skipped, failed, cancelled)
 *                                          ├──▸ worked: a check or a fan-out follows, then closed
 *                                          └──▸ failed: parked until somebody retries, skips or closes it (failure.ts)
 *
 * - A step's job is held while what it needs is open; the books keep the set, and empty it in the commit that closes what was needed.
 * - A **mark** closes by itself, an **epic** with its last child, a **round** decides whether its loop goes on.
 * - A **command** is run by the worker; an **agent**'s step is in the molecule's `hand`, one at a time; a **polecat**'s step is work of its own.
 * - A failed step holds back what needs it: nothing goes on as if it had been done.
 */

/** What the step's job does next. Any wake asks this anew. */
export type StepMove =
  | { readonly do: 'hold'; readonly why: string }
  /** Its needs are met and it ends by itself. */
  | { readonly do: 'close' }
  | { readonly do: 'run' }
  | { readonly do: 'offer' }
  | { readonly do: 'sling' }
  | { readonly do: 'decide-round' }
  /** It looks whether the children it waits for have come and gone. */
  | { readonly do: 'watch' }
  /** Its work is done: is it good, or worked once more? */
  | { readonly do: 'judge' }
  /** Its work is done: a molecule for each item of its output. */
  | { readonly do: 'fan-out' }
  /** All members of the scope have ended. */
  | { readonly do: 'end-scope' }
  | { readonly do: 'end' };

/** Decides the next move of a step. @param unmet how many needs are unmet @param now ms */
export function nextForStep(step: Step, unmet: number, now: number): StepMove {
  if (step.status === 'closed') return { do: 'end' };
  if (step.status === 'failed') return { do: 'hold', why: `failed, needs you: ${step.failed?.reason ?? ''}` };
  if (step.waits && !step.waits.met) return { do: 'watch' };
  if (step.worked) return { do: step.after === 'fan-out' ? 'fan-out' : 'judge' };
  if (unmet > 0) return { do: 'hold', why: `waits for ${unmet} of what it needs` };
  if (step.notBefore !== undefined && step.notBefore > now) return { do: 'hold', why: 'tried again soon' };
  if (step.scope?.role === 'body') return { do: 'end-scope' };
  switch (step.exec) {
    case 'mark':
    case 'epic':
      return { do: 'close' };
    case 'round':
      return { do: 'decide-round' };
    case 'command':
      return { do: 'run' };
    case 'polecat':
      return { do: 'sling' };
    case 'agent':
      return { do: 'offer' };
  }
}

export type StepEnd = {
  readonly outcome: NonNullable<Step['closed']>['outcome'];
  readonly reason: string;
  readonly by?: string;
  readonly evidence?: NonNullable<Step['evidence']>;
  readonly output?: unknown;
  /** What follows its work has gone well. */
  readonly final?: true;
};

/**
 * Closes a step: what needed it is released in the same commit. Closing it again answers as before. Of a step that something follows (`after`) the first
 * close as done only ends the work: its own job closes it (`final`) when what follows has gone well. A failed one that a person closes is closed.
 * @param mol the molecule, where the step is in its hand or is watched
 */
export function closeStep(step: Step, mol: Molecule | undefined, end: StepEnd, now: number): Change<Step> {
  if (step.status === 'closed') return { put: [], answer: step };
  const { outcome, reason, by, evidence, output, final } = end;
  const isFollowed = step.after && outcome === 'done' && !final && step.status !== 'failed';
  if (isFollowed && step.worked) return { put: [], answer: step };
  const { failed: _failed, worked: _worked, ...rest } = laidDown(step);
  const isShort = output === undefined || JSON.stringify(output).length <= OUTPUT_KEPT_BYTES;
  const given = {
    ...(evidence ? { evidence } : {}),
    ...(output === undefined ? {} : { output: isShort ? output : LONG_OUTPUT }),
  };
  const text = isShort ? [] : [{ id: step.id, fields: { output: JSON.stringify(output) } }];
  const how = { at: now, reason, ...(by ? { by } : {}) };
  const doc: Step = isFollowed
    ? { ...rest, ...given, status: 'in_progress', worked: { ...how, ...(step.molecules ? { from: step.molecules.length } : {}) } }
    : { ...rest, ...given, status: 'closed', closed: { ...how, outcome } };
  const put: Put[] = [{ noun: 'step', doc }, ...handEmptied(step, mol, now)];
  if (isFollowed)
    return {
      put,
      text,
      marks: watchersOf(step, mol),
      events: [stepEvent(doc, 'step.worked', { after: step.after })],
      answer: doc,
    };
  return {
    put,
    text,
    settle: [step.id],
    marks: watchersOf(step, mol),
    events: [
      stepEvent(doc, 'step.closed', {
        outcome,
        ...(evidence ? { evidence: { ...evidence, ...(evidence.note ? { note: evidence.note.slice(0, 200) } : {}) } } : {}),
        ...(reason ? { reason: reason.slice(0, 200) } : {}),
      }),
    ],
    answer: doc,
  };
}

/** A step with what its record leaves out at its defaults: whoever reads without the schemas (the hot commands) does not get them. */
export const filled = (step: Step): Step => ({ ...step, status: step.status ?? 'open', attempts: step.attempts ?? 0 });
/** Stands in a record for an output that lies in field `output` of the step's text. */
const LONG_OUTPUT = { $text: 'output' } as const;
export const isLongOutput = (output: unknown): boolean =>
  typeof output === 'object' && output !== null && Object.hasOwn(output, '$text');

/** The step in nobody's hands, no attempt of it under way or due. */
export function laidDown({
  holder: _holder,
  command: _command,
  notBefore: _notBefore,
  offeredAt: _offeredAt,
  ...rest
}: Step): Step {
  return rest;
}

/** The molecule as it is when the step has left its hand, where it was there. */
export const handEmptied = (step: Step, mol: Molecule | undefined, now: number): Put[] =>
  mol?.hand === step.id ? [{ noun: 'molecule', doc: emptyHand(mol, now) }] : [];

/** Who looks again when the step closes. */
export const watchersOf = (step: Step, mol: Molecule | undefined): Member[] =>
  step.watched && mol ? (mol.watchers as Member[]) : [];

/** Nobody has a step of the molecule in hand. */
export function emptyHand(mol: Molecule, now: number): Molecule {
  const { hand: _, ...rest } = mol;
  return { ...rest, updatedAt: now };
}

export const stepEvent = (step: Step, type: NewEvent['type'], data: Record<string, unknown> = {}): NewEvent => ({
  type,
  subject: step.id,
  rig: step.rig,
  data: { mol: step.mol, ...data },
});

/** All steps have ended: the molecule is closed, and what waits for it goes on. @param failed how many of them ended as failed */
export function closeMolecule(mol: Molecule, failed: number, now: number): Change<Molecule> {
  if (mol.state === 'closed') return { put: [], answer: mol };
  const outcome = mol.cancel
    ? (mol.cancel.outcome ?? ('cancelled' as const))
    : failed > 0
      ? ('failed' as const)
      : ('done' as const);
  const reason = mol.cancel?.reason ?? (failed > 0 ? `${failed} of its steps failed` : 'all steps complete');
  const { hand: _, held: _held, ...rest } = mol;
  const doc: Molecule = { ...rest, state: 'closed', closed: { at: now, outcome, reason }, updatedAt: now };
  return {
    put: [{ noun: 'molecule', doc }],
    settle: [mol.id],
    events: [{ type: 'molecule.closed', subject: mol.id, rig: mol.rig, data: { outcome, reason } }],
    answer: doc,
  };
}
