import { unchanged } from '#core/change';
import { HOLD_MS } from '#core/limits';
import { type Child, endWait, hearOf, judgeWait } from '#core/molecule/waits';
import type { Step } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { childrenIndex } from '#core/standing-work';
import type { Reading } from '#world/store/books';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';
import { stepsOf } from './step-facts.ts';

/** Looks whether the children are in that a step waits for (core/molecule/waits.ts). @returns undefined when they are */
export async function watch(step: Step, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  const met = await desk.change(async (reading) => {
    const now = await reading.get('step', step.id);
    if (!now?.waits || now.waits.met || now.status !== 'open') return unchanged(true);
    const { kind } = now.waits;
    const spawner = await reading.get('step', now.waits.spawner);
    const children = await childrenOf(kind, spawner, reading, world);
    const wait = judgeWait(kind, spawner, children);
    if (wait.is === 'met') return { ...endWait(now), answer: true };
    return { put: [], needs: hearOf(now, wait.on), answer: false };
  });
  if (isRefusal(met)) throw new Refused(met);
  return met ? undefined : sleep(desk.clock.now() + HOLD_MS, `waits for the children of ${step.waits?.spawner}`);
}

type Kind = NonNullable<Step['waits']>['kind'];

/** What hangs under the spawner: molecules, the steps that it contains, and items that were made for it. While it is open only the first child to close is of interest. */
async function childrenOf(kind: Kind, spawner: Step | undefined, reading: Reading, { desk }: World): Promise<Child[]> {
  if (!spawner || (spawner.status !== 'closed' && kind !== 'any-children')) return [];
  const molecules = await Promise.all((spawner.molecules ?? []).map((id) => reading.get('molecule', id)));
  const mayContain = spawner.exec === 'epic' || spawner.status === 'closed';
  const inside = mayContain ? (await stepsOf(spawner.mol, desk)).filter(({ parent }) => parent === spawner.id) : [];
  const steps = await Promise.all(inside.map(({ id }) => reading.get('step', id)));
  const items = await Promise.all((await desk.books.index(childrenIndex(spawner.id))).map((id) => reading.get('work', id)));
  return [
    ...molecules.flatMap((one) => (one ? [{ id: one.id, isOpen: one.state !== 'closed' }] : [])),
    ...[...steps, ...items].flatMap((one) => (one ? [{ id: one.id, isOpen: one.status !== 'closed' }] : [])),
  ];
}
