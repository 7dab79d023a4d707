import { closeStep as closeWithProof } from '#chores/close-step';
import { isFinal } from '#core/derive';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Caller } from '#ops/ack';
import { closeWork } from '#ops/close-work';
import { closeStep, type EndedStep } from '#ops/end-step';
import type { Bead } from '#views/beads';
import type { Io } from './command.ts';
import { judgeIn } from './gating.ts';
import type { OpenTown } from './wire.ts';
import { headOf, stepGround } from './wire-steps.ts';

/** Who closes, and with what words. */
export type Closer = {
  readonly town: OpenTown;
  readonly io: Io;
  /** The session that calls; a person without one. */
  readonly caller: Caller | undefined;
  readonly reason: string | undefined;
  readonly force: boolean;
};

/** What is kept where nobody said why. */
const NO_REASON = 'Closed';

/** Closes one record by the deed that closes its kind. @returns how a step ended, undefined for other records */
export async function closeBead(by: Closer, bead: Bead): Promise<EndedStep | undefined | Refusal> {
  const { town, io, caller, force } = by;
  const { id } = bead.doc;
  const reason = by.reason ?? NO_REASON;
  switch (bead.noun) {
    case 'step':
      // What is left of a molecule shows as a step of it, and has closed.
      return (await town.desk.books.read('step', id)) ? endStep(by, id) : undefined;
    case 'gate': {
      if (isFinal.gate(bead.doc)) return undefined;
      const gate = await judgeIn(town, io, { id, says: 'approve', reason });
      return isRefusal(gate) ? gate : undefined;
    }
    case 'molecule':
      return bead.doc.state === 'closed' ? undefined : refuse('CLOSES_ITSELF', { id, hint: waysToEnd(id) });
    case 'work': {
      const work = await closeWork(town.desk, { id, reason, force, caller });
      return isRefusal(work) ? work : undefined;
    }
  }
}

const waysToEnd = (id: string): string =>
  `End it before: \`gt mol cancel ${id} --reason "why"\`; for a digest: \`bd mol squash ${id}\`; to drop it: \`bd mol burn ${id}\`.`;

/** Refusals of a close as done after which a person may still leave the step out. */
const LEFT_OUT: readonly string[] = ['STEP_HELD', 'STEP_NOT_READY', 'STEP_NOT_YOURS', 'STEP_EVIDENCE', 'STEP_CHECK_FAILED'];

/** `gt mol step done`. By force a person closes what cannot be closed as done: it is skipped, and the record says so. */
async function endStep({ town, io, caller, reason, force }: Closer, step: string): Promise<EndedStep | Refusal> {
  const which = { caller, step };
  const ended = await closeWithProof(await stepGround(town, io), which, reason === undefined ? {} : { note: reason });
  if (caller || !force || !isRefusal(ended) || !LEFT_OUT.includes(ended.refused)) return ended;
  const skipped = { outcome: 'skipped' as const, reason: reason ?? 'closed by force', ...(await headOf(town, caller, io)) };
  return closeStep(town.desk, which, skipped);
}
