import { resumeFailed, sessionBefore } from '#core/conversation';
import { isCycling } from '#core/cycle';
import { mergeId, parentOf } from '#core/ids';
import { pinRef } from '#core/merge';
import type { Run } from '#core/records';
import { afterSession, nextForRun, type RunMove, restartPause } from '#core/run';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, done, type Processor, sleep, type Turn } from './answer.ts';
import { attend, endSession, killAll, lastWordsOf, type Senses, watch } from './attend.ts';
import { sayFirst } from './first-words.ts';
import { handOffByGt, isAsBefore, tellNoStart, withTurn } from './hand-off.ts';
import { manualStep } from './manual-run.ts';
import { endRun, handInForIt } from './run-end.ts';
import { stepsAtRun, takeForSession } from './run-steps.ts';
import { changeSession, noteProcess } from './session-changes.ts';
import { rulesOf, sessionFacts } from './session-facts.ts';
import { orSuspend, suspend } from './suspend.ts';
import { changeRun, prepare } from './worktree.ts';

/**
 * One run of a polecat. Active for as long as its agent lives: it listens for news of the run and its session, and reads its record again with every
 * renewal of its lock. Whatever it does is noted first or can be found out again, so the next worker goes on where this one stopped.
 */
export const polecats: Processor<'polecats', World> = (turn, world) =>
  attend(turn, world, [parentOf(turn.id)], (run, senses) =>
    step(run, turn, world, senses).catch((fault: unknown) => orSuspend(fault, run, world)),
  );

async function step(run: Run, turn: Turn<'run'>, world: World, senses: Senses): Promise<Answer | undefined> {
  if (run.manual) return manualStep(run, turn, world);
  const current = run.session && !run.session.exit ? run.session : undefined;
  if (current) senses.ear.add(current.id);
  const facts = current ? await withTurn(run, await sessionFacts(current.id, world), world) : undefined;
  const steps = await stepsAtRun(run, world);
  const move = nextForRun(run, facts, rulesOf(run, world), world.desk.clock.now(), steps);
  if ('why' in move) await turn.show(move.why);
  return obey(move, run, world, senses, turn.signal);
}

async function obey(move: RunMove, run: Run, world: World, senses: Senses, signal: AbortSignal): Promise<Answer | undefined> {
  const { desk } = world;
  const now = desk.clock.now();
  switch (move.do) {
    case 'over':
      if (run.session) await world.host().forget(run.session.id);
      return done(run.outcome ?? 'ended');
    case 'prepare':
      return prepare(run, world);
    case 'note-session':
      return changeRun(
        run,
        world,
        (doc) => {
          if ((doc.session && !doc.session.exit) || doc.released || doc.killed || doc.asleep) return doc; // noted, or put aside, meanwhile
          const session = { id: move.id, token: world.agents.token(move.id), at: now, ...before(doc), ...cycles(run, world) };
          return { ...without(doc, 'notBefore'), state: 'live', sessions: move.n, session };
        },
        { type: 'session.noted', data: { session: move.id } },
      );
    case 'spawn':
      return spawn(run, world);
    case 'note-pid':
      return noteProcess(run, world, run.session?.id ?? '', move);
    case 'watch':
      return watch(run, move.until, senses, world, signal);
    case 'rest':
      return sleep(move.until, move.why);
    case 'end-session':
      return endSession(run, move.why, senses, world, signal);
    case 'note-exit':
      return noteExit(run, move, world);
    case 'hand-off':
      return handOffByGt(run, move.why, world);
    case 'give-up':
      return suspend(run, `${move.why} ${move.todo}`, world);
    case 'end-run':
      return endRun(run, move.outcome, world);
    default:
      return move satisfies never;
  }
}

/** Starts the noted session. Whoever carries its token already is of a spawn whose host is gone: ended first, or two agents would share a worktree. */
async function spawn(run: Run, world: World): Promise<undefined> {
  const { session } = run;
  const work = await world.desk.books.read('work', run.work);
  if (!session || !work) return;
  failpoint('begin');
  // Of any session of this item: books that were cut back may have forgotten the last one.
  await killAll(world, { prefix: `GT_SESSION=${world.town.id}.${run.work}.r` }, run.work);
  // An agent may have died within a commit of its: with the locks that its git has left each of the next sessions would die as well.
  await world.git.unlock({ repo: world.rig(run.rig).repo, dir: run.dir });
  const text = await world.desk.books.text(run.work);
  const molecule = await takeForSession(run, world);
  const { request, noted } = await world.agents.launch(run, work, world.rig(run.rig), text, molecule);
  // Noted before it starts: an id that was given to a program is not given to one again.
  await changeSession(run, world, session.id, (doc) => ({ ...doc, ...noted }));
  if (noted.typed !== undefined) await sayFirst(run, noted.typed, world);
  const info = await world.host().spawn(request);
  failpoint('spawn');
  await noteProcess(run, world, session.id, info);
}

/** A session is over: everything of it is ended, what it left uncommitted is kept, then the books hold its exit, then the host may forget it. */
async function noteExit(run: Run, move: Extract<RunMove, { do: 'note-exit' }>, world: World): Promise<undefined> {
  const { git, desk } = world;
  const { session } = run;
  if (!session) return;
  await killAll(world, `GT_SESSION=${session.token}`, session.id);
  const { repo } = world.rig(run.rig);
  const kept = run.dir
    ? await git.snapshot({
        repo,
        dir: run.dir,
        ref: `refs/gt/snap/${run.work}/${run.id}-${run.snapshots + 1}`,
        message: `uncommitted work of ${session.id}`,
      })
    : undefined;
  // An agent may have deleted its own worktree: its branch is what is left, and the worktree is made again.
  const there = (await git.worktrees(repo)).some((tree) => tree.dir === run.dir);
  const branch = run.branch ? await git.resolve(repo, `refs/heads/${run.branch}`) : undefined;
  const head = there ? (await git.facts(run.dir)).head : (branch ?? run.lastHead ?? '');
  const pinned = run.submitted ? undefined : await git.resolve(repo, pinRef(mergeId(run.id)));
  const lastWords = await lastWordsOf(session.id, world);
  const exit = move.facts
    ? { code: move.facts.code, signal: move.facts.signal, at: move.facts.at }
    : { code: null, signal: null, at: desk.clock.now() };
  // First its word, then its exit: an exit that the books hold is looked at no more.
  const handedIn = head !== undefined && !run.released && pinned === head && !kept && (await handInForIt(run, head, world));
  failpoint('exit');
  const died = move.death && !handedIn && !resumeFailed(session);
  const hand = run.molecule === undefined ? undefined : (await desk.books.read('molecule', run.molecule))?.hand;
  const newFiles = kept !== undefined && isCycling(run) && !(await isAsBefore(run, kept, world));
  const after = afterSession(run, { died, head, hand, newFiles });
  const { deaths } = after;
  const pause = died ? restartPause(deaths, rulesOf(run, world)) : 0;
  if (died) await tellNoStart(run, world);
  await changeRun(
    run,
    world,
    (doc) => {
      if (doc.session?.id !== session.id || doc.session.exit) return doc; // noted already
      return {
        ...doc,
        session: { ...doc.session, exit, lastWords },
        ...after,
        ...(there ? {} : { state: 'granted' as const }),
        ...(kept ? { snapshots: doc.snapshots + 1 } : {}),
        // The pause begins with the commit that tells of it: what was done before it took its own time.
        ...(pause > 0 ? { notBefore: desk.clock.now() + pause } : {}),
      };
    },
    ({ notBefore }) => ({
      type: 'session.exited',
      data: {
        session: session.id,
        code: exit.code,
        signal: exit.signal,
        ...(isCycling(run) ? { cycled: true } : {}),
        ...(kept ? { snapshot: kept } : {}),
        deaths,
        ...(died ? { pause } : {}),
        ...(pause > 0 ? { until: notBefore } : {}),
      },
    }),
  );
  await world.host().forget(session.id);
}

const before = (run: Run) => {
  const last = sessionBefore(run);
  return last ? { before: last } : {};
};

/** What its rig's settings want of a session whose conversation is made shorter. */
const cycles = (run: Run, { rig }: World) => (rig(run.rig).settings.cycle.on_compaction ? { cycles: true } : {});

function without<T, K extends keyof T>(value: T, key: K): T {
  const { [key]: _, ...rest } = value;
  return rest as T;
}
