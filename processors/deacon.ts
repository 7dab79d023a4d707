import { isOver } from '#core/holder';
import { jobId, member, parentOf, runId } from '#core/ids';
import { DELIVERIES_KEPT_MS, ENDED_KEPT_MS, LOGS_KEPT_MS, PAGE } from '#core/limits';
import { holderOf } from '#ops/holder-of';
import { liveJobs } from '#ops/live-jobs';
import { aloneQueues } from '#queues/index';
import type { Desk } from '#world/desk';
import type { World } from '#world/world';
import { bringLeftHome } from './home.ts';
import { endOrphan } from './orphans.ts';
import { retireAttached, retireMolecules } from './retire.ts';

/**
 * The deacon's rounds: what no event is needed for. Every record that should have a job has it; the jobs of the town look again; jobs of items that
 * ended a day ago leave the board; deliveries that ended a week ago are dropped; the host keeps no session that nobody needs; landings that were left on the way
 * home are brought there. Each step costs what it finds, in pages.
 * @returns how many things were mended
 */
export async function deaconRounds(world: World): Promise<number> {
  const back = await world.queues.handBackOthers();
  if (back > 0) world.desk.log.warn('jobs of an older worker', { back });
  const missing = await everyRecordHasItsJob(world);
  await lookAgain(world);
  await removeEnded(world);
  await retireMolecules(world);
  await dropDeliveries(world.desk);
  await world.prune(world.desk.clock.now() - LOGS_KEPT_MS);
  const strays = await forgetSessions(world);
  await bringLeftHome(world);
  return back + missing + strays;
}

async function everyRecordHasItsJob({ desk, queues }: World): Promise<number> {
  let mended = 0;
  for await (const page of liveJobs(desk.books)) {
    const missing = await queues.missing(page);
    if (missing.length === 0) continue;
    desk.log.warn('records without a job', { count: missing.length, first: missing[0] });
    await desk.wake(missing);
    mended += missing.length;
  }
  return mended;
}

/** Slots and trains are level-triggered: one look a minute makes certain what events make quick. */
async function lookAgain({ desk, rigs }: World): Promise<void> {
  await desk.wake([member('dispatch', 'town@1'), ...rigs().map((rig) => member('trains', `${rig}@1`))]);
}

async function removeEnded(world: World): Promise<void> {
  const { desk, queues } = world;
  const before = desk.clock.now() - ENDED_KEPT_MS;
  for (const id of await desk.books.indexUntil('ended', before, PAGE)) {
    const work = await desk.books.read('work', id);
    if (!work) continue;
    const recipient = await desk.books.read('recipient', id);
    if (recipient && recipient.line.length > 0) {
      await desk.wake(recipient.line.map((entry) => member('deliveries', entry.id))); // they find that nobody will come
      continue;
    }
    const attempts = Array.from({ length: work.runs }, (_, i) => runId(id, i + 1));
    await retireAttached(id, world);
    await queues.remove([
      ...attempts.map((run) => member('polecats', run)),
      ...attempts.map((run) => member('merges', run.replace(/\.r(\d+)$/, '.m$1'))),
      member('work', jobId(id, work.generation)),
    ]);
    await desk.change(async (reading) => {
      const now = await reading.get('work', id);
      const told = await reading.get('recipient', id);
      return {
        put: now ? [{ noun: 'work', doc: { ...now, jobsRemoved: true } }] : [],
        drop: told?.line.length === 0 ? [{ noun: 'recipient', id }] : [],
        answer: undefined,
      };
    });
  }
  for (const name of aloneQueues) await queues.clean(name, ENDED_KEPT_MS);
}

/** What was said, and what was not delivered, is kept for some days. */
export async function dropDeliveries(desk: Desk): Promise<void> {
  const before = desk.clock.now() - DELIVERIES_KEPT_MS;
  for (const id of await desk.books.indexUntil('deliveries.ended', before, PAGE))
    await desk.change(async (reading) => {
      const doc = await reading.get('delivery', id);
      return { put: [], drop: doc ? [{ noun: 'delivery', id }] : [], answer: undefined };
    });
}

/** A session whose run holds its exit need not be kept; one that no run knows is ended. */
async function forgetSessions(world: World): Promise<number> {
  const { desk } = world;
  let mended = 0;
  for (const session of await world.host().list()) {
    const holder = await holderOf(desk.books, parentOf(session.id));
    const current = holder?.session?.id === session.id && !holder.session.exit;
    if (current || (holder && !isOver(holder) && holder.session?.id !== session.id && !holder.session?.exit)) continue;
    if (session.state !== 'drained') {
      await endOrphan(session, world);
      mended++;
      continue;
    }
    await world.host().forget(session.id);
  }
  return mended;
}
