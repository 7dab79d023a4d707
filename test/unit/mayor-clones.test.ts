import { expect, test } from 'vitest';
import { showMayor } from '#processors/mayor-clones';
import type { World } from '#world/world';

/** A world in which a mayor is wanted or not, and the rig `broken` cannot be reached. */
function world(isWanted: boolean) {
  const told: string[] = [];
  const faults: string[] = [];
  const it = {
    desk: {
      books: { read: async () => (isWanted ? { wanted: { at: 1, by: 'overseer' } } : { sessions: 3 }) },
      log: { fault: (what: string) => faults.push(what) },
    },
    rig: (name: string) => {
      if (name === 'broken') throw new Error('its settings are wrong');
      return { name, repo: `/${name}.git`, target: 'trunk', layout: { mayorClone: `/${name}/mayor/rig` } };
    },
    git: {
      resolve: async (_repo: string, ref: string) => `tip of ${ref}`,
      followTarget: async ({ dir, at }: { dir: string; at: string }) => told.push(`${dir} ${at}`) === 1,
    },
    agents: { cloned: async ({ name }: { name: string }) => told.push(`${name} says what it is`) },
  };
  return { world: it as unknown as World, told, faults };
}

test('each rig shows a mayor what has landed, and one that is broken hinders no other', async () => {
  const at = world(true);
  await showMayor(['shop', 'broken', 'inn'], at.world);
  expect(at.told).toEqual([
    '/shop/mayor/rig tip of refs/heads/trunk',
    'shop says what it is',
    '/inn/mayor/rig tip of refs/heads/trunk',
  ]);
  expect(at.faults).toEqual(["the mayor's clone of broken"]);
});

test('without a mayor nothing is cloned for one', async () => {
  const at = world(false);
  await showMayor(['shop'], at.world);
  expect(at.told).toEqual([]);
});
