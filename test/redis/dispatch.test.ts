import { afterAll, beforeAll, expect, test } from 'vitest';
import { sling } from '#ops/sling';
import type { Turn } from '#processors/answer';
import { dispatch } from '#processors/dispatch';
import type { World } from '#world/world';
import { type TestDesk, testDesk } from '../support/desk.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { newItem } from '../support/shop.ts';

let redis: PrivateRedis;
let desk: TestDesk;
beforeAll(async () => {
  redis = await privateRedis();
  desk = await testDesk(redis.path);
});
afterAll(async () => {
  desk.close();
  await redis.stop();
});

test('a program has as many runs as it may; the line that waits for it is looked at in order, and asks git once', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) ids.push((await newItem(desk, `Item ${n}`)).id);
  await sling(desk, { ids });
  for (const id of ids)
    await desk.change(async (reading) => {
      const work = await reading.get('work', id);
      return { put: work ? [{ noun: 'work', doc: { ...work, want: { since: 1, rework: false } } }] : [], answer: undefined };
    });
  let asked = 0;
  const settings = { max_polecats: 10, namepool: { style: 'mad-max', names: [] }, agent: 'shell', role_agents: {}, agents: {} };
  const layout = { polecatsFolder: '/town/shop/polecats', polecat: (name: string) => `/town/shop/polecats/${name}/shop` };
  const world = {
    desk,
    settings: () => ({ ...settings, max_sessions_per_agent: { shell: 2 } }),
    rigs: () => ['shop'],
    rig: () => ({ repo: 'shop.git', layout, settings }),
    git: {
      worktrees: async () => {
        asked++;
        return [];
      },
    },
  };
  const turn = { member: 'dispatch/town@1' } as unknown as Turn<'dispatch'>;
  for (let round = 1; round <= 2; round++) {
    await dispatch(turn, world as unknown as World);
    expect(await desk.books.count('runs.live')).toBe(2);
    expect(await desk.books.count('want')).toBe(10);
    expect(asked).toBe(round);
  }
  const runs = await desk.books.readMany('work', ids.slice(0, 2));
  expect(runs.map(({ run }) => run !== undefined)).toEqual([true, true]);
});
