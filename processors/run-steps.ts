import { isKnown } from '#core/agent-state';
import { looksInWorktree, needsAgent } from '#core/molecule/own-part';
import { type MoleculeTold, moleculeText } from '#core/molecule/step-words';
import type { Molecule, Run, Work } from '#core/records';
import { isRefusal, orThrow } from '#core/refusals';
import type { StepsAtRun } from '#core/run';
import type { MoleculeStands } from '#core/work';
import { nudge } from '#ops/nudge';
import { takeStep } from '#ops/take-step';
import type { World } from '#world/world';
import { changeRun } from './worktree.ts';

/** How a run stands in its molecule; undefined where none has a say: it works none, it has handed in, or all steps are done. */
export async function stepsAtRun(run: Run, world: World): Promise<StepsAtRun | undefined> {
  if (run.molecule === undefined || run.submitted || run.state === 'granted' || run.state === 'ended') return undefined;
  const { desk } = world;
  const mol = await desk.books.read('molecule', run.molecule);
  // Of one that was taken off the item nothing is worked any more.
  if (!mol || mol.work !== run.work || mol.cancel) return undefined;
  if (mol.state === 'closed') return tellAllDone(run, mol, world);
  const since = mol.updatedAt;
  if (mol.hand !== undefined) return { work: true, since, why: '' };
  const next = await desk.steps.next(mol);
  if (next) {
    // Its agent was told to begin before this step was ready: the step's job hands it over.
    if (run.session?.ackedAt !== undefined && !run.session.exit) await desk.wake([`steps/${next.id}@1`]);
    return { work: true, since, why: '' };
  }
  if (await desk.steps.isComplete(mol)) return { work: true, since, why: '' };
  return { work: false, since, idleSince: await idleSince(run, world), why: await waitsOf(mol, world) };
}

/** The last step was not its agent's: who waits for one hears that there is none. Said again if it was not noted; the later word takes the earlier one's place. */
async function tellAllDone(run: Run, mol: Molecule, world: World): Promise<undefined> {
  const { session, stepsTold } = run;
  if (stepsTold === mol.id || session?.ackedAt === undefined || session.exit || session.leaving) return;
  const told = await world.desk.steps.standing(mol);
  await tellAgent(run, moleculeText(told), `steps of ${mol.id}`, world);
  await changeRun(run, world, (doc) => ({ ...doc, stepsTold: mol.id }));
}

/** Says something of its steps to a run's agent, if its program can be told anything. */
export async function tellAgent(run: Run, text: string, key: string, world: World): Promise<void> {
  const { hooks, screen } = world.agents.preset(run);
  if (hooks === undefined && !isKnown(screen)) return;
  const to = `${run.rig}/${run.name}`;
  const said = await nudge(world.desk, { to, work: run.work, text, mode: 'wait-idle', key: key.slice(0, 100) });
  if (isRefusal(said)) world.desk.log.info('an agent could not be told of its steps', { run: run.id, why: said.refused });
}

/** Since when the agent's turn is over, as its hooks or its screen say; undefined while it is not known to be. */
async function idleSince({ session, work }: Run, { desk }: World): Promise<number | undefined> {
  if (!session || session.exit) return undefined;
  if (session.shows?.is === 'idle') return session.shows.since;
  const recipient = await desk.books.read('recipient', work);
  return recipient?.idle?.session === session.id ? recipient.idle.at : undefined;
}

const waitsOf = async (mol: Molecule, { desk }: World): Promise<string> => (await desk.steps.waits(mol)).join('; ');

/** How an item stands in its molecule while it has no run; undefined where a step is for its agent, and for an item without a molecule. */
export async function moleculeStands(work: Work, world: World): Promise<MoleculeStands | undefined> {
  const { desk } = world;
  const mol = work.molecule === undefined ? undefined : await desk.books.read('molecule', work.molecule);
  if (!mol || mol.cancel || mol.hand !== undefined) return undefined;
  if (mol.state === 'closed') return endsWithIt(work, mol, world);
  if ((await desk.steps.next(mol)) || (await desk.steps.isComplete(mol))) return undefined;
  // Where it has a worktree, or is to have one, nothing depends on what the plan says.
  const plan = work.worktree || work.hold?.branch !== undefined ? undefined : await desk.plans.read(mol.id);
  return { waits: (await waitsOf(mol, world)) || 'its pour', worktree: !plan || looksInWorktree(plan) };
}

/** Whether an item is done with its molecule: no step was for its agent, and nothing lies in its worktree that could be handed in. */
async function endsWithIt(work: Work, mol: Molecule, world: World): Promise<MoleculeStands | undefined> {
  if (mol.closed?.outcome !== 'done' || mol.workGeneration !== work.generation) return undefined;
  const plan = await world.desk.plans.read(mol.id);
  if (!plan || needsAgent(plan, mol)) return undefined;
  // Its commit wakes the item.
  if (!mol.digest) return { waits: `the digest of ${mol.id}`, worktree: false };
  return (await isEmpty(work, world)) ? { done: mol.id } : undefined;
}

async function isEmpty({ rig, hold }: Work, world: World): Promise<boolean> {
  if (hold?.branch === undefined) return true;
  const { repo, target } = world.rig(rig);
  const { head, dirty, merging } = await world.git.facts(hold.dir);
  return dirty.length === 0 && !merging && head !== undefined && world.git.isAncestor(repo, head, `refs/heads/${target}`);
}

/** Takes the step of a session that is about to start. @returns what the session is told of it */
export async function takeForSession(run: Run, world: World): Promise<MoleculeTold | undefined> {
  if (run.molecule === undefined) return undefined;
  const { desk, git } = world;
  const { head } = await git.facts(run.dir);
  const { mol } = orThrow(await takeStep(desk, { run: run.id, head }));
  return mol && mol.state !== 'closed' ? desk.steps.standing(mol) : undefined;
}
