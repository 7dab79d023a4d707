import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { palette } from '#cli/colour';
import { planText } from '#cli/sling-text';
import type { NewItem } from '#ops/create-work';
import { wouldSling } from '#ops/sling';
import { slingPlan } from '#views/sling-plan';
import type { Rig } from '#world/world';
import { planOf, planStep } from '../../src/trials/plans.ts';
import { type TestDesk, testDesk } from '../support/desk.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { newItem, shop, town } from '../support/shop.ts';

let redis: PrivateRedis;
let desk: TestDesk;
beforeAll(async () => {
  redis = await privateRedis();
});
afterAll(async () => {
  desk.close();
  await redis.stop();
});
beforeEach(async () => {
  desk?.close();
  desk = await testDesk(redis.path);
});

const item = (title: string, more?: Partial<NewItem>) => newItem(desk, title, more);

test('what slinging would do is said before: who does it, what waits, for whom a slot is free, what is refused; nothing is changed', async () => {
  const [first, last] = [await item('first'), await item('last', { agent: 'codex' })];
  const blocked = await item('blocked', { deps: [first.id] });
  const legs = await item('legs');
  const before = await desk.books.readMany('work', [first.id, last.id, blocked.id, legs.id]);
  const ids = [first.id, last.id, blocked.id, legs.id, 'sh-none'];
  const would = await wouldSling(desk, { ids });
  expect(would.at(-1)).toMatchObject({ id: 'sh-none', refusal: { refused: 'WORK_UNKNOWN' } });
  const leg = planStep('leg', [], { exec: { executor: 'polecat' } });
  const items = would.flatMap((one) =>
    'work' in one ? [{ work: one.work, plan: one.id === legs.id ? planOf([leg]) : undefined }] : [],
  );
  // The rig has one slot.
  const plans = await slingPlan(desk.books, town, [shop], items, 0);
  expect(plans.map(({ id, agent, slot, waitsFor }) => [id, agent, slot, waitsFor])).toEqual([
    [first.id, 'claude', 'free', []],
    [last.id, 'codex', 'line', []],
    [blocked.id, 'claude', 'none', [first.id]],
    [legs.id, null, 'none', []],
  ]);
  expect(plans[3]?.formula).toEqual({ name: 'f', steps: [{ id: 'leg', title: 'leg', does: 'polecat' }] });
  const full = await slingPlan(desk.books, { ...town, maxSessions: { claude: 0 } }, [shop], items, 0);
  expect(full.slice(0, 2).map(({ slot }) => slot)).toEqual(['line', 'free']);
  expect(await desk.books.readMany('work', [first.id, last.id, blocked.id, legs.id])).toEqual(before);
});

test('slinging says before until when a start is put off by the pauses of its rig, and why', async () => {
  const ids = [(await item('first')).id, (await item('last')).id, (await item('third')).id];
  const paced: Rig = { ...shop, settings: { ...shop.settings, max_polecats: 2, worker_spawn_delay: 5000 } };
  const would = (await wouldSling(desk, { ids })).flatMap((one) => ('work' in one ? [{ work: one.work }] : []));
  const dryRun = async (now: number, rig: Rig) => {
    const plan = await slingPlan(desk.books, town, [rig], would, now);
    const lines = planText({ dryRun: true, would: plan, not: [], running: true }, { paint: palette(false), now }).split('\n');
    return { plan: plan.map(({ slot, putOff }) => [slot, putOff?.until ?? null]), lines: lines.slice(1) };
  };
  // A rig that has begun none yet makes its first pause after the first.
  expect((await dryRun(12_000, paced)).plan).toEqual([
    ['free', null],
    ['free', 17_000],
    ['line', null],
  ]);
  await desk.change(async (reading) => {
    await reading.get('dispatch', 'town');
    return { put: [{ noun: 'dispatch', doc: { id: 'town', generation: 1, begunAt: { shop: 10_000 } } }], answer: undefined };
  });
  const { plan, lines } = await dryRun(12_000, paced);
  expect(plan).toEqual([
    ['free', 15_000],
    ['free', 20_000],
    ['line', null],
  ]);
  expect(lines).toEqual([
    `  ${ids[0]} first: claude, a slot is free, begins in 3 s at the earliest`,
    `  ${ids[1]} last: claude, a slot is free, begins in 8 s at the earliest`,
    `  ${ids[2]} third: claude, waits in line for a slot`,
    'shop begins one run at a time, with a pause after each (worker_spawn_delay in /town/shop/settings/config.json).',
  ]);
  expect((await dryRun(12_000, shop)).plan[0]).toEqual(['free', null]);
});
