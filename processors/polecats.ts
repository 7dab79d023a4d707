import { resumeFailed, sessionBefore } from '#core/conversation';
import { handIn } from '#core/hand-in';
import { mergeId, parentOf } from '#core/ids';
import { RENEW_MS } from '#core/limits';
import { pinRef, runEnded, runFailed } from '#core/merge';
import type { Run } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { afterSession, nextForRun, type RunMove, restartPause } from '#core/run';
import { failpoint } from '#world/failpoint';
import type { Ear } from '#world/news';
import type { World } from '#world/world';
import { type Answer, done, type Processor, sleep, type Turn } from './answer.ts';
import { Eyes } from './eyes.ts';
import { sayFirst } from './first-words.ts';
import { stepsAtRun, takeForSession } from './run-steps.ts';
import { changeSession, noteProcess } from './session-changes.ts';
import { rulesOf, sessionFacts } from './session-facts.ts';
import { orSuspend } from './suspend.ts';
import { changeRun, prepare } from './worktree.ts';

/**
 * One run of a polecat. Active for as long as its agent lives: it listens for news of the run and its session, and reads its record again with every
 * renewal of its lock. Whatever it does is noted first or can be found out again, so the next worker goes on where this one stopped.
 */
export const polecats: Processor<'polecats', World> = async (turn, world) => {
  const ear = world.news.listen([turn.id, parentOf(turn.id)]);
  const eyes = new Eyes(world);
  try {
    for (let { doc } = turn; ; { doc } = await turn.again()) {
      if (!doc) return done('gone');
      turn.signal.throwIfAborted();
      const run = doc;
      const answer = await step(run, turn, world, { ear, eyes }).catch((fault: unknown) => orSuspend(fault, run, world));
      if (answer) return answer;
    }
  } finally {
    ear.close();
  }
};

type Senses = { readonly ear: Ear; readonly eyes: Eyes };

async function step(run: Run, turn: Turn<'run'>, world: World, senses: Senses): Promise<Answer | undefined> {
  const current = run.session && !run.session.exit ? run.session : undefined;
  if (current) senses.ear.add(current.id);
  const facts = current ? await sessionFacts(current.id, world) : undefined;
  const steps = await stepsAtRun(run, world);
  const move = nextForRun(run, facts, rulesOf(run, world), world.desk.clock.now(), steps);
  if ('why' in move) await turn.show(move.why);
  return obey(move, run, world, senses, turn.signal);
}

/** Bytes of a session's last output that its run's record keeps: what a person wants to see first. */
const LAST_WORDS = 2048;

async function obey(
  move: RunMove,
  run: Run,
  world: World,
  { ear, eyes }: Senses,
  signal: AbortSignal,
): Promise<Answer | undefined> {
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
          if (doc.session && !doc.session.exit) return doc; // noted already
          const session = { id: move.id, token: world.agents.token(move.id), at: now, ...before(doc) };
          return { ...without(doc, 'notBefore'), state: 'live', sessions: move.n, session };
        },
        { type: 'session.noted', data: { session: move.id } },
      );
    case 'spawn':
      return spawn(run, world);
    case 'note-pid':
      return noteProcess(run, world, run.session?.id ?? '', move);
    case 'watch':
      await eyes.look(run);
      return ear.next(Math.min(move.until, now + RENEW_MS), signal).then(() => undefined);
    case 'rest':
      return sleep(move.until, move.why);
    case 'end-session':
      desk.log.info('ending session', { session: run.session?.id, why: move.why });
      await world.host().kill(run.session?.id ?? '', { graceMs: world.rig(run.rig).settings.operational.kill_grace });
      return ear.next(now + 1000, signal).then(() => undefined);
    case 'note-exit':
      return noteExit(run, move, world);
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
  const { left } = await world.kill({ tokens: [{ prefix: `GT_SESSION=${world.town.id}.${run.work}.r` }], graceMs: 0 });
  if (left.length > 0) throw new Error(`processes of ${run.work} do not end: ${left.map((one) => one.pid).join(', ')}`);
  // An agent may have died within a commit of its: with the locks that its git has left each of the next sessions would die as well.
  await world.git.unlock({ repo: world.rig(run.rig).repo, dir: run.dir });
  const text = await world.desk.books.text(run.work);
  const molecule = await takeForSession(run, world);
  const { request, noted } = await world.agents.launch(run, work, world.rig(run.rig), text, molecule);
  // Noted before it starts: an id that was given to a program is not given to one again.
  if (noted) await changeSession(run, world, session.id, (doc) => ({ ...doc, ...noted }));
  if (noted?.typed !== undefined) await sayFirst(run, noted.typed, world);
  const info = await world.host().spawn(request);
  failpoint('spawn');
  await noteProcess(run, world, session.id, info);
}

/** A session is over: everything of it is ended, what it left uncommitted is kept, then the books hold its exit, then the host may forget it. */
async function noteExit(run: Run, move: Extract<RunMove, { do: 'note-exit' }>, world: World): Promise<undefined> {
  const { git, desk } = world;
  const { session } = run;
  if (!session) return;
  const { left } = await world.kill({ tokens: [`GT_SESSION=${session.token}`], graceMs: 0 });
  if (left.length > 0) throw new Error(`processes of ${session.id} do not end: ${left.map((one) => one.pid).join(', ')}`);
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
  const output = await world.host().output(session.id);
  const lastWords = output?.bytes.subarray(-LAST_WORDS).toString() ?? '';
  const exit = move.facts
    ? { code: move.facts.code, signal: move.facts.signal, at: move.facts.at }
    : { code: null, signal: null, at: desk.clock.now() };
  // First its word, then its exit: an exit that the books hold is looked at no more.
  const handedIn = head !== undefined && pinned === head && !kept && (await handInForIt(run, head, world));
  failpoint('exit');
  const died = move.death && !handedIn && !resumeFailed(session);
  const hand = run.molecule === undefined ? undefined : (await desk.books.read('molecule', run.molecule))?.hand;
  const after = afterSession(run, { died, head, hand });
  const { deaths } = after;
  const pause = died ? restartPause(deaths, rulesOf(run, world)) : 0;
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
        ...(kept ? { snapshot: kept } : {}),
        deaths,
        ...(died ? { pause } : {}),
        ...(pause > 0 ? { until: notBefore } : {}),
      },
    }),
  );
  await world.host().forget(session.id);
}

/** Its `done` had pinned the head and died before the books heard of it: the pin is its word. @returns whether it is handed in */
async function handInForIt(run: Run, head: string, world: World): Promise<boolean> {
  const { desk } = world;
  const { target } = world.rig(run.rig);
  const { GIT_AUTHOR_NAME: author = run.name } = await world.agents.identity(run);
  const answer = await desk.change(async (reading) => {
    const [now, work] = [await reading.get('run', run.id), await reading.get('work', run.work)];
    await reading.get('merge', mergeId(run.id));
    if (!now || !work || work.status === 'closed' || now.submitted || now.state === 'ended')
      return { put: [], answer: now?.submitted !== undefined };
    return {
      ...handIn(now, work, await reading.get('train', run.rig), { head, target, author }, desk.clock.now()),
      answer: true,
    };
  });
  if (isRefusal(answer)) throw new Refused(answer);
  return answer;
}

async function endRun(run: Run, outcome: NonNullable<Run['outcome']>, world: World): Promise<undefined> {
  const { desk } = world;
  const escalation = `hq-esc-${run.work}`;
  const { max_attempts: maxAttempts } = world.rig(run.rig).settings;
  const evidence = `Its agent ended ${run.deaths} times without \`gt done\` and without a new commit. The end of its output:\n\n${run.session?.lastWords ?? ''}`;
  const answer = await desk.change(async (reading) => {
    const [now, work, known] = [
      await reading.get('run', run.id),
      await reading.get('work', run.work),
      await reading.get('escalation', escalation),
    ];
    if (!now || now.state === 'ended') return { put: [], answer: undefined };
    const at = desk.clock.now();
    const failed = outcome === 'failed' && work?.run === run.id;
    const change = failed
      ? runFailed(now, work, known, { kind: 'died', evidence }, { maxAttempts, escalation }, at)
      : runEnded(now, work, outcome, at);
    return { ...change, answer: undefined };
  });
  if (isRefusal(answer)) throw new Error(`${run.id} could not be ended: ${answer.refused}`);
}

const before = (run: Run) => {
  const last = sessionBefore(run);
  return last ? { before: last } : {};
};

function without<T, K extends keyof T>(value: T, key: K): T {
  const { [key]: _, ...rest } = value;
  return rest as T;
}
