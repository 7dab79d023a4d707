import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { queues } from '#queues/index';
import { rigLayout } from '#world/config/layout';
import { survivors } from '#world/processes/kill';
import { keysOf } from '#world/store/keys';
import { type Item, type KillTown, PATIENCE_MS, RIG } from './kill-story.ts';

/** Waits until the items are closed and what they held is cleared away. */
async function atRest({ town }: KillTown, items: readonly Item[]): Promise<void> {
  const over = async ({ id }: Item) => {
    const work = await town.read('work', id);
    return work?.status === 'closed' && !work.hold && !work.run && !work.merge;
  };
  await town.until('all closed and cleared away', async () => (await Promise.all(items.map(over))).every(Boolean), PATIENCE_MS);
  await town.until(
    'no job of theirs under way, nothing unseen',
    async () => (await unrest(town, items)).length === 0,
    PATIENCE_MS,
  );
}

/** Jobs of ended records that BullMQ still has somewhere else than among the completed, marks that nobody has seen, processes that nobody waits for. */
async function unrest(town: KillTown['town'], items: readonly Item[]): Promise<string[]> {
  const link = await town.link();
  const keys = keysOf(town.id);
  const found = (await link.call('ZRANGE', keys.unseen, 0, -1)) as string[];
  for (const queue of Object.keys(queues))
    for (const state of ['wait', 'active', 'delayed', 'waiting-children', 'failed', 'paused', 'prioritized']) {
      const list = state === 'wait' || state === 'active' || state === 'paused';
      const ids = (await link.call(list ? 'LRANGE' : 'ZRANGE', `${keys.queue(queue)}${state}`, 0, -1)) as string[];
      const theirs = ids.filter(
        (id) =>
          queue === 'checks' ||
          items.some((one) => id === one.id || (/[@.]/.test(id[one.id.length] ?? '') && id.startsWith(one.id))),
      );
      found.push(...theirs.map((id) => `${queue}/${id} ${state}`));
    }
  const left = await survivors([{ prefix: `GT_SESSION=${town.id}.` }, { prefix: `GT_WORKER=${town.id}.` }]);
  return [...found, ...left.map(({ pid, command }) => `process ${pid} ${command}`)];
}

/** That each item landed exactly once, with its check green, after those that it needs; and that nothing of it is left behind. */
export async function landedOnce(
  story: KillTown,
  items: readonly Item[],
  after: ReadonlyArray<readonly [Item, Item]> = [],
): Promise<void> {
  const { town } = story;
  await atRest(story, items);
  const events = await town.events();
  const { repo, polecatsFolder } = rigLayout(town.root, RIG);
  const landings = (
    await town.git(repo, ['log', '--first-parent', '--merges', '--format=%(trailers:key=Gt-Work,valueonly)', 'main'])
  )
    .split('\n')
    .filter((line) => line !== '');
  for (const { id, part } of items) {
    const count = (type: string) =>
      events.filter((one) => one.type === type && (one.subject === id || one.data['work'] === id)).length;
    expect([id, landings.filter((one) => one === id).length]).toEqual([id, 1]);
    expect(await town.git(repo, ['show', `main:parts/${part}`])).toBe('ok');
    const landed = events.filter((one) => one.type === 'merge.landed' && one.subject.startsWith(`${id}.m`));
    expect([id, landed.length, count('work.closed')]).toEqual([id, 1, 1]);
    const work = await town.read('work', id);
    const merge = await town.read('merge', landed[0]?.subject ?? '');
    expect(merge).toMatchObject({ state: 'merged', work: id, mirror: { state: 'fast-forwarded' } });
    expect(work?.closed?.commit).toBe(merge?.landed?.tip);
    const tree = await town.git(repo, ['rev-parse', `${merge?.landed?.tip}^{tree}`]);
    expect(
      events.filter((one) => one.type === 'check.ended' && one.data['tree'] === tree && one.data['state'] === 'passed'),
    ).not.toEqual([]);
  }
  const first = (type: string, subject: string) => events.findIndex((one) => one.type === type && one.subject === subject);
  for (const [later, earlier] of after)
    expect(first('run.granted', `${later.id}.r1`)).toBeGreaterThan(first('work.closed', earlier.id));
  const books = await town.books();
  expect(await books.index('runs.live')).toEqual([]);
  expect(await books.index('names')).toEqual([]);
  expect(await books.index('needs-you')).toEqual([]);
  // A name's own folder stays; nothing is in it. The settings of the role lie beside them.
  const names = existsSync(polecatsFolder) ? readdirSync(polecatsFolder).filter((name) => name !== '.claude') : [];
  expect(names.flatMap((name) => readdirSync(join(polecatsFolder, name)))).toEqual([]);
  expect(
    (await town.git(repo, ['for-each-ref', '--format=%(refname)', 'refs/refinery', 'refs/heads', 'refs/gt'])).split('\n'),
  ).toEqual(['refs/heads/main']);
  expect(await town.git(repo, ['worktree', 'list'])).toMatch(/^\S+ +\(bare\)$/);
  expect(await town.git(repo, ['fsck', '--strict', '--no-dangling'])).toBe('');
  expect(await town.git(join(town.dir, RIG), ['status', '--porcelain'])).toBe('');
}

/** Ends the town, and with it everything. */
export async function ends({ town }: KillTown): Promise<void> {
  const { exit, out, err } = await town.end();
  expect([exit, err]).toEqual([0, expect.not.stringMatching(/left/)]);
  expect(out).toContain('No process of it is left');
  expect(existsSync(town.dir)).toBe(false);
}
