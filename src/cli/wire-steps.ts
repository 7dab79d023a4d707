import { createHash } from 'node:crypto';
import { createReadStream, realpathSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { StepGround } from '#chores/close-step';
import { AGENT_WAIT_MS, NEXT_STEP_MS } from '#core/limits';
import type { MoleculeTold } from '#core/molecule/step-words';
import type { Molecule } from '#core/records';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Caller } from '#ops/ack';
import type { EndedStep } from '#ops/end-step';
import { takeStep } from '#ops/take-step';
import { callerOf } from './caller.ts';
import type { Io } from './command.ts';
import type { OpenTown } from './wire.ts';
import { openGit, openRigSoon } from './wire-rigs.ts';

/** What the commands that work steps need of the world, and how they tell of them. */
export async function stepGround(town: OpenTown, io: Io): Promise<StepGround> {
  const [git, { runShell }] = await Promise.all([openGit(io), import('#world/checks/shell')]);
  return {
    desk: town.desk,
    git,
    rig: (name) => openRigSoon(town, name, io),
    shell: runShell,
    digest,
    env: { ...io.env },
    cwd: io.cwd,
    inTown: (path) => !relative(realpathSync(town.root), realpathSync(path)).startsWith('..'),
  };
}

/** sha256 of a file's content; undefined for what is no file that can be read. */
async function digest(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return undefined;
    const hash = createHash('sha256');
    for await (const bytes of createReadStream(path, { signal: AbortSignal.timeout(AGENT_WAIT_MS) }))
      hash.update(bytes as Buffer);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

/** The session that calls; undefined for a person. */
export function whoCalls(io: Io): (Caller & { town: string }) | undefined | Refusal {
  return io.env['GT_SESSION'] ? callerOf(io) : undefined;
}

/** What a command about a step answers: what became of it, and how its agent stands now. */
export type StepAnswer = {
  readonly step: {
    readonly id: string;
    readonly key: string;
    readonly status: string;
    readonly outcome: string | null;
    readonly evidence: object | null;
  };
  readonly again: boolean;
  readonly molecule: MoleculeTold;
};

/** Tells how a step ended, and what is next: for a session that is waited for, as long as epics and marks take to close. */
export async function tellEnd(town: OpenTown, io: Io, caller: Caller | undefined, ended: EndedStep): Promise<StepAnswer> {
  const { step, again, leave, root } = ended;
  const mol = caller && !leave ? await nextInHand(town, io, caller, NEXT_STEP_MS) : undefined;
  const standing = await town.desk.steps.standing(mol ?? (await town.desk.books.read('molecule', root.id)) ?? root, leave);
  const molecule = caller ? standing : { ...standing, person: true };
  const { id, key, status, closed, evidence } = step;
  return { step: { id, key, status, outcome: closed?.outcome ?? null, evidence: evidence ?? null }, again, molecule };
}

/** The head of the caller's worktree: what the commits of its next step are counted from. */
export async function headOf({ desk }: OpenTown, caller: Caller | undefined, io: Io): Promise<{ head?: string }> {
  const run = caller && (await desk.books.read('run', caller.run));
  return run ? { head: (await (await openGit(io)).facts(run.dir)).head } : {};
}

/** The molecule of a session once a step is in its hands or none is left; after `ms` as it is then. */
export async function nextInHand(town: OpenTown, io: Io, caller: Caller, ms: number): Promise<Molecule | undefined> {
  const { desk } = town;
  const run = await desk.books.read('run', caller.run);
  let last = run?.molecule === undefined ? undefined : await desk.books.read('molecule', run.molecule);
  const look = async (): Promise<Molecule | undefined> => {
    // A step that is handed out anew is proven by what is committed from here on.
    const held = last?.hand !== undefined;
    const taken = await takeStep(desk, { run: caller.run, caller, ...(held ? {} : await headOf(town, caller, io)) });
    if (isRefusal(taken)) return last;
    last = taken.mol;
    return !last || taken.step || taken.leave || (await desk.steps.isComplete(last)) ? last : undefined;
  };
  const now = await look();
  if (now || !last || ms === 0) return now ?? last;
  const { untilEvent } = await import('./wire-events.ts');
  return (await untilEvent(town, caller.run, look, AbortSignal.timeout(ms))) ?? last;
}
