import { runId } from '#core/ids';
import { HOLD_MS } from '#core/limits';
import { commandVariables } from '#core/molecule/command';
import type { Molecule, Step, Work } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';

/** Molecules hang under steps of molecules: no deeper than this. */
const DEEPEST = 32;

/** Where the commands of a step run, and who they are. */
export type Place = { readonly dir: string; readonly env: (attempt: number) => Promise<Record<string, string>> };

/**
 * The place of a step's commands: the worktree of the work item that its molecule, or one above it, hangs under; where there is none, the folder of the rig, or
 * of the town. `wait` until the item's polecat has made the worktree; `gone` when the item has landed and let go of it.
 */
export async function placeOf(step: Step, world: World): Promise<Place | { wait: Answer } | { gone: string }> {
  const { desk, town } = world;
  const mol = await desk.books.read('molecule', step.mol);
  if (!mol) throw new Error(`${step.id} has no molecule`);
  const id = await workOf(mol, world);
  const work = id === undefined ? undefined : await desk.books.read('work', id);
  const variables = (attempt: number) => commandVariables(step, mol, { work: id, root: town.layout.root, attempt });
  if (!work) {
    const dir = mol.rig === '' ? town.layout.root : world.rig(mol.rig).layout.rig;
    return { dir, env: async (attempt) => variables(attempt) };
  }
  if (work.status === 'closed' && !work.hold) return { gone: `the worktree of ${work.id} is gone: the item is closed` };
  const dir = await worktreeOf(work, world);
  if (!dir) return { wait: await waitForWorktree(step, work.id, world) };
  return {
    dir,
    env: async (attempt) => {
      const run = await desk.books.read('run', work.run ?? runId(work.id, work.runs));
      return { ...variables(attempt), ...(run ? await world.agents.identity(run) : {}) };
    },
  };
}

/** The work item that a molecule, or one above it, hangs under. */
export async function workOf(mol: Molecule, { desk }: Pick<World, 'desk'>): Promise<string | undefined> {
  let at: Molecule | undefined = mol;
  for (let depth = 0; at && !at.work && depth < DEEPEST; depth++) {
    const above: string | undefined = at.step ? (await desk.books.read('step', at.step))?.mol : at.under;
    at = above === undefined ? undefined : await desk.books.read('molecule', above);
  }
  return at?.work;
}

async function worktreeOf({ hold, run }: Work, { desk }: World): Promise<string | undefined> {
  const now = run === undefined ? undefined : await desk.books.read('run', run);
  return now?.state === 'granted' ? undefined : hold?.dir;
}

/** What is settled when the worktree of an item has been made. */
export const worktreeMade = (work: string): string => `worktree-of(${work})`;

/** The item is told that its worktree is wanted; the step's job is woken by the commit that says that it is made. */
async function waitForWorktree(step: Step, id: string, { desk }: World): Promise<Answer> {
  const bell = `${step.id}.worktree`;
  const asked = await desk.change(async (reading) => {
    const work = await reading.get('work', id);
    const run = work?.run ? await reading.get('run', work.run) : undefined;
    const isMade = work?.hold && run?.state !== 'granted';
    const needs = [{ id: bell, job: `steps/${step.id}@1` as const, on: [worktreeMade(id)] }];
    const asks = work && !isMade && !work.worktree && work.status !== 'closed';
    const put = asks ? [{ noun: 'work' as const, doc: { ...work, worktree: true } }] : [];
    return { put, ...(isMade ? {} : { needs }), answer: Boolean(isMade) };
  });
  if (isRefusal(asked)) throw new Refused(asked);
  // Made in between: it looks again at once.
  return sleep(desk.clock.now() + (asked ? 1 : HOLD_MS), `waits for the worktree of ${id}`);
}
