import { acceptable, type HandInFacts, mayHandIn } from '#core/hand-in';
import { mergeId } from '#core/ids';
import { pinRef } from '#core/merge';
import type { Run } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Caller } from '#ops/ack';
import { type HandedIn, handIn } from '#ops/hand-in';
import type { Desk } from '#world/desk';
import type { Git } from '#world/git/git';
import type { Rig } from '#world/world';
import { closeStep, type Proof, type StepGround } from './close-step.ts';

/** What `done` needs of the world. */
export type DoneGround = StepGround & { readonly failpoint: (name: string) => void };

/**
 * A session hands its work in. Git's facts are read and the head is pinned before the books hear of it: whoever dies in between leaves a pin that the run's
 * processor takes for its word. `report` declares an outcome without code. Asking again is answered as the first time.
 */
export async function done(
  ground: DoneGround,
  caller: Caller,
  input: { author: string; report?: string },
): Promise<HandedIn | Refusal> {
  const { desk, git } = ground;
  const run = await desk.books.read('run', caller.run);
  const may = mayHandIn(run, caller.session, caller.token);
  if (isRefusal(may) || !run) return isRefusal(may) ? may : handIn(desk, caller, { report: '' });
  if (input.report !== undefined) {
    const refused =
      input.report.trim() === '' ? undefined : await endLastStep(run, ground, caller, { note: 'handed in with a report' });
    return refused ?? handIn(desk, caller, { report: input.report });
  }
  const rig = await ground.rig(run.rig);
  if (isRefusal(rig)) return rig;
  const { repo, target } = rig;
  const open = may === 'now' ? await othersOpen(run, desk) : undefined;
  if (open) return open;
  if (may === 'did') {
    const head = (run.branch && (await git.resolve(repo, `refs/heads/${run.branch}`))) || run.submitted?.head;
    return handIn(desk, caller, { head: head ?? '', target, author: input.author });
  }
  const head = await headOf(run, rig, ground);
  if (isRefusal(head)) return head;
  const refused = await endLastStep(run, ground, caller, { head: true });
  if (refused) return refused;
  await pinHead(run, head, rig, ground);
  ground.failpoint('done');
  return handIn(desk, caller, { head, target, author: input.author });
}

/** Closes the step in hand, when it is the last one: handing in is its end. STEPS_OPEN when others are open. */
async function endLastStep(run: Run, ground: DoneGround, caller: Caller, proof: Proof): Promise<Refusal | undefined> {
  const open = await othersOpen(run, ground.desk);
  if (open || run.molecule === undefined) return open;
  const mol = await ground.desk.books.read('molecule', run.molecule);
  const hand = mol?.work === run.work ? mol.hand : undefined;
  const ended = hand === undefined ? undefined : await closeStep(ground, { caller, step: hand }, proof);
  return isRefusal(ended) ? ended : undefined;
}

/** STEPS_OPEN when steps are open beside the one in hand. */
export async function othersOpen({ molecule, work }: Run, { books, steps }: Desk): Promise<Refusal | undefined> {
  const mol = molecule === undefined ? undefined : await books.read('molecule', molecule);
  if (!mol || mol.work !== work || mol.state === 'closed') return undefined;
  const others = await steps.openBeside(mol.id, mol.hand);
  return others.length > 0 ? refuse('STEPS_OPEN', { mol: mol.id, steps: others.map(({ key }) => key).join(', ') }) : undefined;
}

/** What git says of a run's worktree and branch. DONE_ELSEWHERE where it is on another one. */
export async function branchFacts(run: Run, { repo, target }: Rig, git: Git): Promise<HandInFacts | Refusal> {
  const head = run.branch ? await git.resolve(repo, `refs/heads/${run.branch}`) : undefined;
  const tip = (await git.resolve(repo, `refs/heads/${target}`)) ?? run.base ?? '';
  const { dirty, merging, branch = 'no branch' } = await git.facts(run.dir);
  const related = head !== undefined && (await git.isRelated(repo, tip, head));
  const ahead = related ? await git.countAhead(repo, tip, head) : 0;
  if (head && branch !== run.branch) return refuse('DONE_ELSEWHERE', { on: branch, branch: run.branch ?? '' });
  return { head, dirty, merging, ahead, related };
}

/** The head of the run's branch, if what lies in the worktree can be handed in. */
async function headOf(run: Run, rig: Rig, { desk, git }: DoneGround): Promise<string | Refusal> {
  const [facts, work] = await Promise.all([branchFacts(run, rig, git), desk.books.read('work', run.work)]);
  return isRefusal(facts) ? facts : (acceptable(run, work, facts, rig.target) ?? facts.head ?? '');
}

/** Pins the head, so that nothing can lose it. A pin elsewhere is of a `done` that died before the books heard of it: it counts no more. */
async function pinHead(run: Run, head: string, { repo }: Rig, { desk, git }: DoneGround): Promise<void> {
  const merge = mergeId(run.id);
  const ref = pinRef(merge);
  const pinned = await git.resolve(repo, ref);
  if (pinned === head) return;
  if (pinned && !(await desk.books.read('merge', merge))) await git.unpin(repo, ref, pinned);
  await git.pin(repo, ref, head);
}
