import { expect, test } from 'vitest';
import { PATROL_OVER_MS } from '#core/limits';
import type { Turn } from '#processors/answer';
import { patrols } from '#processors/patrols';
import type { Desk } from '#world/desk';
import type { World } from '#world/world';
import { deskOfFile, type TestDesk } from '../support/desk.ts';

let desk: TestDesk;
deskOfFile((one) => {
  desk = one;
});

/** One tick in a town without rigs and sessions. */
async function tick(over: Partial<Desk> = {}): Promise<unknown> {
  const world = {
    desk: { ...desk, ...over },
    epoch: 1,
    rigs: () => [],
    queues: {
      handBackOthers: async () => 0,
      missing: async () => [],
      remove: async () => undefined,
      clean: async () => undefined,
    },
    prune: async () => 0,
    host: () => ({ list: async () => [] }),
  } as unknown as World;
  return patrols({ id: 'deacon', member: 'patrols/deacon@1' } as unknown as Turn<'patrol'>, world);
}

test('a tick whose end could not be written bars the patrol for a while, not for as long as the worker lives', async () => {
  let changes = 0;
  const full: Desk['change'] = (decide) => (changes++ === 0 ? desk.change(decide) : Promise.reject(new Error('Redis is full')));
  await expect(tick({ change: full })).rejects.toThrow('full');
  expect(await tick()).toEqual({ do: 'done', result: 'skipped' });
  const later = { now: () => desk.clock.now() + PATROL_OVER_MS };
  expect(await tick({ clock: later })).toEqual({ do: 'done', result: 'repaired 0' });
  expect(await desk.books.read('patrol', 'deacon')).toMatchObject({ ticks: 2, skipped: 1 });
});
