import { filled } from '#core/molecule/life';
import { isForgotten, readProof, STEP_REFS } from '#core/molecule/step-proof';
import type { Proof } from '#core/proof';
import { orThrow } from '#core/refusals';
import { type KeptProof, recoverSteps } from '#ops/recover-steps';
import { takeStep } from '#ops/take-step';
import { pourAll } from '#processors/molecules';
import type { Rig, World } from '#world/world';

/** What git keeps of closed steps, by work item. */
export async function keptProofs({ repo }: Rig, { git }: World): Promise<Map<string, KeptProof[]>> {
  const found = new Map<string, KeptProof[]>();
  for (const { commit: head, message } of await git.kept(repo, STEP_REFS)) {
    const proof = readProof(message);
    if (proof) found.set(proof.work, [...(found.get(proof.work) ?? []), { ...proof, head }]);
  }
  return found;
}

/**
 * Closes the steps of an item again that its sessions had closed, as far as their work is in what the item has now: its worktree's branch, what was handed in,
 * or what has landed. A pour that was cut is finished before: steps that are not there yet could not be closed. Then the item's run has in hand what is next,
 * with the head that the one before had left: what was committed since counts as made for it, though the books forgot that it was begun.
 * @returns the steps that were closed
 */
export async function reconcileSteps(
  id: string,
  kept: readonly KeptProof[],
  { tree, pinned, landed, session }: Proof,
  rig: Rig,
  world: World,
): Promise<string[]> {
  const { desk, git } = world;
  const work = await desk.books.read('work', id);
  const mol = work?.molecule === undefined ? undefined : await desk.books.read('molecule', work.molecule);
  if (!mol || mol.state === 'closed' || (kept.length === 0 && work?.run === undefined)) return [];
  if (mol.state === 'pouring') await pourAll(mol, world);
  const heads = [tree?.head, pinned?.head, landed?.tip].filter((one) => one !== undefined && one !== '') as string[];
  const counts = async ({ head }: KeptProof) => {
    for (const one of heads) if (await git.isAncestor(rig.repo, head, one)) return true;
    return false;
  };
  const proofs: KeptProof[] = [];
  for (const proof of kept) {
    const step = await desk.books.read('step', proof.step);
    if (step && isForgotten(filled(step), proof) && (await counts(proof))) proofs.push(proof);
  }
  const closed = orThrow(await recoverSteps(desk, id, proofs));
  // A session is told of its first step as it starts, and of the others by the close of the one before; what is ready besides is offered to it.
  const begins = kept.length === 0 && session !== undefined && session.startedAt > mol.createdAt;
  const isTold = closed.length > 0 || (begins && (await desk.books.count(`steps.closed:${mol.id}`)) === 0);
  if (work?.run !== undefined && tree && isTold) {
    const [last] = kept.length === 0 ? [] : [...kept].sort((a, b) => b.at - a.at);
    const head = last && (await counts(last)) ? last.head : await headBefore(work.run, tree.head, rig, world);
    orThrow(await takeStep(desk, { run: work.run, head }));
  }
  return closed;
}

/** Where a run's commits begin. */
async function headBefore(run: string, head: string, { repo, target }: Rig, { desk, git }: World): Promise<string | undefined> {
  const { start } = (await desk.books.read('run', run)) ?? {};
  if (start !== undefined || head === '') return start;
  const tip = await git.resolve(repo, `refs/heads/${target}`);
  // All that the target has not is its own.
  return tip !== undefined && (await git.isAncestor(repo, head, tip)) ? head : tip;
}
