import { lacksNext } from '#core/cycle';
import { addressOf } from '#core/holder';
import { SUSPEND_TRY_MS } from '#core/limits';
import { runSuspended } from '#core/merge';
import type { Run } from '#core/records';
import { explain, isRefusal, Refused } from '#core/refusals';
import { alsoTold, type ProtocolMail } from '#ops/protocol-mail';
import { standsMail } from '#ops/tell-mayor';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';
import { noNextWords } from './hand-off.ts';

/** Refusals that pass by themselves. */
export const PASSING: readonly string[] = ['BOOKS_BUSY', 'SCHEMA_TOO_NEW'];

/**
 * What only a person can mend (an agent, a branch or a rig that is not there, settings that are wrong) must not hold a slot: a run that has been without an
 * agent for `suspend_after` ends suspended. Its item keeps name, branch and worktree, counts no attempt, and waits for that person; slung again, its next
 * run goes on. Until then it is tried again. Every other fault is thrown on.
 */
export async function orSuspend(fault: unknown, run: Run, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  if (!(fault instanceof Refused) || PASSING.includes(fault.refusal.refused) || run.submitted || run.state === 'ended')
    throw fault;
  const idle = await idleSince(run, world);
  if (idle === undefined) throw fault;
  const { says, try: todo } = explain(fault.refusal);
  const [now, until] = [desk.clock.now(), idle + suspendAfter(run, world)];
  desk.log.fault('a run cannot go on', fault, { run: run.id });
  if (now >= until) return suspend(run, `${says} ${todo}`, world);
  await tellUnfit(run, says, todo, world);
  return sleep(Math.min(until, now + SUSPEND_TRY_MS), `cannot go on: ${says}`);
}

/** Why its agent is not started, where people look, until it is. */
async function tellUnfit({ id }: Run, why: string, todo: string, { desk }: World): Promise<void> {
  const answer = await desk.change(async (reading) => {
    const doc = await reading.get('run', id);
    const isTold = doc?.unfit?.why === why && doc.unfit.at >= (doc.session?.at ?? 0);
    if (!doc || doc.state === 'ended' || isTold) return { put: [], answer: undefined };
    return {
      put: [{ noun: 'run', doc: { ...doc, unfit: { at: desk.clock.now(), why, todo } } }],
      events: [{ type: 'run.held', subject: id, rig: doc.rig, data: { why: why.slice(0, 300) } }],
      answer: undefined,
    };
  });
  if (isRefusal(answer)) throw new Refused(answer);
}

/**
 * Ends a run that only a person can let go on: its slot is free, and its item waits for that person, who is told why; of one that was handed off, and that no
 * session could follow, the mayor is told, too.
 */
export async function suspend(run: Run, why: string, { desk }: World): Promise<undefined> {
  const escalation = `hq-esc-${run.work}`;
  const answer = await desk.change(async (reading) => {
    const [doc, work] = [await reading.get('run', run.id), await reading.get('work', run.work)];
    const known = await reading.get('escalation', escalation);
    if (!doc || doc.state === 'ended') return { put: [], answer: undefined };
    const change = runSuspended(doc, work, known, { escalation, why }, desk.clock.now());
    return alsoTold(desk, reading, { ...change, answer: undefined }, lacksNext(doc) ? [noNextMail(doc, escalation, why)] : []);
  });
  if (isRefusal(answer)) throw new Refused(answer);
}

function noNextMail(run: Run, id: string, why: string): ProtocolMail {
  const standing = { address: addressOf(run), rig: run.rig, session: run.session?.id ?? '', more: noNextWords(run, why) };
  return standsMail({ id, severity: 'high', why }, standing);
}

/** Since when no agent of the run lives; undefined while one does. */
async function idleSince(run: Run, world: World): Promise<number | undefined> {
  const { session } = run;
  const began = Math.max(run.grantedAt, run.notBefore ?? 0, session?.exit?.at ?? 0);
  if (!session || session.exit) return began;
  const info = await world.host().get(session.id);
  if (info && info.state !== 'drained') return undefined;
  return Math.max(began, session.at, info?.exit?.at ?? 0);
}

/** By the rig's settings, or by the town's where the rig's are what is wrong. */
function suspendAfter(run: Run, world: World): number {
  try {
    return world.rig(run.rig).settings.operational.suspend_after;
  } catch {
    return world.settings().operational.suspend_after;
  }
}
