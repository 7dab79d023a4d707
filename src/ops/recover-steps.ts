import { unchanged } from '#core/change';
import { finish } from '#core/molecule/hand';
import { filled } from '#core/molecule/life';
import { isForgotten, leftAfter, type StepProof } from '#core/molecule/step-proof';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';

/** A proof with the head that the worktree had when it was kept. */
export type KeptProof = StepProof & { readonly head: string };

/**
 * Closes the steps of an item that git proves closed and the books have forgotten, in the order in which they were, each as its session had closed it.
 * @returns the ids of the steps that were closed
 */
export async function recoverSteps(desk: Desk, work: string, proofs: readonly KeptProof[]): Promise<string[] | Refusal> {
  const closed: string[] = [];
  for (const proof of [...proofs].sort((a, b) => a.at - b.at)) {
    const done = await closeAgain(desk, work, proof);
    if (isRefusal(done)) return done;
    if (done) closed.push(proof.step);
  }
  return closed;
}

async function closeAgain(desk: Desk, work: string, proof: StepProof): Promise<boolean | Refusal> {
  return desk.change(async (reading) => {
    const found = await reading.get('step', proof.step);
    const step = found && filled(found);
    const top = step && (await desk.steps.root(step.mol));
    const root = top && (await reading.get('molecule', top.id));
    const own = step && (await reading.get('molecule', step.mol));
    if (!step || !root || !own || root.work !== work || own.state !== 'open' || !isForgotten(step, proof))
      return unchanged(false);
    const item = await reading.get('work', work);
    const run = item?.run === undefined ? undefined : await reading.get('run', item.run);
    const left = leftAfter(root, run, proof);
    const { session: by, evidence, output } = proof;
    const end = { outcome: 'done', reason: 'done', by, evidence, ...(output === undefined ? {} : { output }) } as const;
    const change = finish(step, step.watched ? own : undefined, end, { root }, desk.clock.now());
    return { ...change, put: [...change.put, ...(left ? [{ noun: 'run' as const, doc: left }] : [])], answer: true };
  });
}
