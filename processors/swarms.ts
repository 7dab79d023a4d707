import { HOLD_MS } from '#core/limits';
import type { Records } from '#core/records';
import { orThrow } from '#core/refusals';
import { SLING_MS } from '#core/swarm';
import { beginSwarm, completeSwarm } from '#ops/swarm';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { done, type Processor, sleep } from './answer.ts';

/** A batch's life in one rig: begins it where whoever slung is dead, and tells of its end when the last item is closed. */
export const swarms: Processor<'swarms', World> = async (turn, world) => {
  const { desk } = world;
  for (let { doc } = turn; ; { doc } = await turn.again()) {
    if (!doc) return done('gone');
    if (doc.state === 'complete') return done('complete');
    if (doc.state === 'planned') {
      const until = doc.at + SLING_MS;
      if (desk.clock.now() < until) return sleep(until, 'its items are being slung');
      const slung = await onTheHook(doc, world);
      orThrow(await beginSwarm(desk, doc.id, slung, slung.length));
      continue;
    }
    const open = await openOf(doc, world);
    if (open > 0) return sleep(desk.clock.now() + HOLD_MS, `${open} of ${doc.items.length} are open`);
    await completeSwarm(desk, doc.id);
    failpoint('swarm');
  }
};

/** Which of its items were slung since it was planned. */
async function onTheHook({ items, at }: Records['swarm'], { desk }: World): Promise<string[]> {
  const works = await desk.books.readMany('work', items);
  return works.filter((one) => typeof one['slungAt'] === 'number' && one['slungAt'] >= at).map(({ id }) => id);
}

/** How many of its items are open. What it still waits for though it is closed (it was closed while this was written) is settled here. */
async function openOf({ id, molecule }: Records['swarm'], { desk }: World): Promise<number> {
  const [unmet = []] = await desk.books.unmet(id);
  if (unmet.length === 0) return 0;
  const known =
    molecule === undefined
      ? (await desk.books.readMany('work', unmet)).filter(({ status }) => status !== 'closed')
      : (await desk.books.readMany('step', unmet)).filter(({ status }) => status !== 'closed');
  const open = new Set(known.map((one) => one.id));
  const over = unmet.filter((one) => !open.has(one));
  if (over.length > 0) await desk.change(() => ({ put: [], settle: over, answer: undefined }));
  return open.size;
}
