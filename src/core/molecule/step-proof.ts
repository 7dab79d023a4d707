import type { Molecule, Run, Step } from '#core/records';
import { textHash } from '#core/text-hash';

/**
 * What a session's close of a step leaves in git, so that books that were cut back learn of it again. It is kept before the books hear of the close: a ref of
 * its own points to an empty commit on the head that the worktree had, and the commit's message holds what was said. Whoever dies in between has said so.
 */
export type StepProof = {
  readonly work: string;
  readonly step: string;
  readonly session: string;
  /** When the step was taken (ms): one that has failed, or was handed out anew, since then is not proven by it. */
  readonly taken: number;
  /** When it was closed (ms). */
  readonly at: number;
  readonly evidence: NonNullable<Step['evidence']>;
  readonly output?: unknown;
};

/** Where the proofs of an item's steps are kept: `refs/gt/steps/<item>/…`. */
export const STEP_REFS = 'refs/gt/steps';
export const stepRefs = (work: string): string => `${STEP_REFS}/${work}`;

/** The ref of a step's proof: a hash, since not every id of a step may stand in the name of a ref. */
export const stepRef = (work: string, step: string): string => `${stepRefs(work)}/${textHash(step, 12)}`;

/** The message of the commit that proves it: what it is for people, then the facts on a line of JSON. */
export const proofText = (proof: StepProof): string => `${proof.step} is done\n\n${JSON.stringify(proof)}\n`;

/** What such a message says; undefined for any other. */
export function readProof(message: string): StepProof | undefined {
  try {
    const said = JSON.parse(message.slice(message.indexOf('\n\n') + 2)) as Partial<StepProof> | null;
    const { work, step, session, taken, at, evidence } = said ?? {};
    const isWhole =
      [work, step, session].every((one) => typeof one === 'string') &&
      [taken, at].every((one) => typeof one === 'number') &&
      typeof evidence === 'object';
    return isWhole && evidence ? (said as StepProof) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the books have yet to learn what a proof says: nothing that came after it is in the step's record. */
export function isForgotten(step: Step, { taken }: StepProof): boolean {
  if (step.exec !== 'agent' || step.status === 'closed' || step.worked) return false;
  if (step.failed && step.failed.at >= taken) return false;
  return step.holder === undefined || step.holder.at <= taken;
}

/** The run as it was when its session had done the one step that it was for. */
export function leftAfter(root: Molecule, run: Run | undefined, proof: StepProof): Run | undefined {
  if (!root.fresh || !run?.session || run.session.id !== proof.session || run.session.exit) return undefined;
  return { ...run, session: { ...run.session, leaving: run.session.leaving ?? proof.at } };
}
