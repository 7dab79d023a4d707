import type { Put } from '#core/change';
import { type ManualMove, nextForManual } from '#core/manual-run';
import { runEnded } from '#core/merge';
import type { Run } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, done, sleep, type Turn } from './answer.ts';
import { stepsAtRun, takeForSession } from './run-steps.ts';
import { changeSession } from './session-changes.ts';
import { rulesOf } from './session-facts.ts';
import { changeRun, prepare } from './worktree.ts';

/** One step of a run that a person works on: no host is asked, no process is ended, and the job sleeps until the books tell something of it. */
export async function manualStep(run: Run, turn: Turn<'run'>, world: World): Promise<Answer | undefined> {
  const { git, desk, rig } = world;
  const there = run.state !== 'live' || (await git.worktrees(rig(run.rig).repo)).some(({ dir }) => dir === run.dir);
  const steps = await stepsAtRun(run, world);
  const move = nextForManual(run, there, rulesOf(run, world), desk.clock.now(), steps);
  if ('why' in move) await turn.show(move.why);
  return obey(move, run, there, world);
}

async function obey(move: ManualMove, run: Run, there: boolean, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  switch (move.do) {
    case 'over':
      return done(run.outcome ?? 'ended');
    case 'prepare':
      return prepare(run, world);
    case 'note-session': {
      const session = { id: move.id, token: world.agents.token(move.id), at: desk.clock.now() };
      return changeRun(
        run,
        world,
        (doc) =>
          (doc.session && !doc.session.exit) || doc.released || doc.killed || doc.asleep
            ? doc
            : { ...doc, state: 'live', sessions: move.n, session },
        { type: 'session.noted', data: { session: move.id, manual: true } },
      );
    }
    case 'lay-out':
      return layOut(run, world);
    case 'wait':
      return sleep(move.until, move.why);
    case 'note-exit':
      return noteExit(run, move.why, there, world);
    case 'end-run':
      return endRun(run, move.outcome, world);
    default:
      return move satisfies never;
  }
}

/** Writes what a program needs to be gt's in this worktree, and then what a person types there: whoever waits for that finds all of it. */
async function layOut(run: Run, world: World): Promise<undefined> {
  const { session } = run;
  if (!session) return;
  await takeForSession(run, world);
  const words = await world.agents.layOut(run, world.rig(run.rig));
  failpoint('lay-out');
  await changeSession(run, world, session.id, (doc) => ({ ...doc, words }), {
    type: 'session.laid_out',
    data: { session: session.id, dir: run.dir },
  });
}

/** A session of a person is over by the books alone: what is uncommitted is kept, and its worktree, which may be at work on, stays as it is. */
async function noteExit(run: Run, why: string, there: boolean, world: World): Promise<undefined> {
  const { git, desk } = world;
  const { session } = run;
  if (!session) return;
  const ref = `refs/gt/snap/${run.work}/${run.id}-${run.snapshots + 1}`;
  const message = `uncommitted work of ${session.id}`;
  const kept = there ? await git.snapshot({ repo: world.rig(run.rig).repo, dir: run.dir, ref, message }) : undefined;
  failpoint('exit');
  const exit = { code: null, signal: null, at: desk.clock.now() };
  const noted = (doc: Run): Run => {
    if (doc.session?.id !== session.id || doc.session.exit) return doc; // noted already
    return {
      ...doc,
      session: { ...doc.session, exit },
      ...(there ? {} : { state: 'granted' as const }),
      ...(kept ? { snapshots: doc.snapshots + 1 } : {}),
    };
  };
  const data = { session: session.id, why, ...(kept ? { snapshot: kept } : {}) };
  await changeRun(run, world, noted, { type: 'session.exited', data });
}

async function endRun(run: Run, outcome: NonNullable<Run['outcome']>, { desk }: World): Promise<undefined> {
  const answer = await desk.change(async (reading) => {
    const [now, work] = [await reading.get('run', run.id), await reading.get('work', run.work)];
    if (!now || now.state === 'ended') return { put: [], answer: undefined };
    const change = runEnded(now, work, outcome, desk.clock.now());
    const put = outcome === 'cancelled' ? change.put.map(letGo) : change.put;
    return { ...change, put, answer: undefined };
  });
  if (isRefusal(answer)) throw new Refused(answer);
}

/** What was let go is nobody's to do, until somebody slings it again; name, branch and worktree stay with it. */
const letGo = (one: Put): Put =>
  one.noun === 'work' && one.doc.status !== 'closed' ? { noun: 'work', doc: { ...one.doc, status: 'open' } } : one;
