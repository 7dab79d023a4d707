import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive } from '#world/processes/scan';
import { keysOf } from '#world/store/keys';
import { ends, landedOnce } from '../support/kill-proof.ts';
import { KillTown, PATIENCE_MS } from '../support/kill-story.ts';

/** Agents whose first `gt hook` dies after its ack: one ends with it, the other asks again. */
const mortals = (story: KillTown) => {
  const hook = (name: string, then: string) => ({
    command: '/bin/sh',
    args: ['-c', `${story.dyingWords('ack', name)} "$GT_BIN" hook --block > /dev/null ${then}; exec sh "$0"`, '{runner}'],
  });
  return { brittle: hook('brittle', '|| exit 1'), dogged: hook('dogged', '') };
};

let story: KillTown;
beforeAll(async () => {
  story = await KillTown.begin(mortals);
});
afterAll(() => ends(story));

const runOf = async (id: string) => story.town.read('run', `${id}.r1`);

test(
  'an agent whose own call of gt is killed is heard all the same',
  async () => {
    const last = (point: string, name: string, then = '') => `${story.dyingWords(point, name)} "$GT_BIN" done ${then}`;
    const brittle = await story.item({ agent: 'brittle' });
    const dogged = await story.item({ agent: 'dogged' });
    const pinned = await story.item({ last: last('done', 'pinned') });
    const again = await story.item({ last: last('done', 'again', '|| true') });
    const written = await story.item({ last: last('commit', 'written') });
    const woken = await story.item({ last: last('wake', 'woken') });
    const items = [brittle, dogged, pinned, again, written, woken];
    expect(await story.sling(items)).toMatchObject({ exit: 0 });
    await landedOnce(story, items);
    for (const name of ['brittle', 'dogged', 'pinned', 'again', 'written', 'woken'])
      expect(existsSync(story.once(name))).toBe(true);
    const sessions = await Promise.all(items.map(async ({ id }) => (await runOf(id))?.sessions));
    expect(sessions).toEqual([2, 1, 1, 1, 1, 1]);
    // What was pinned, or written, is the agent's word: its death afterwards is none.
    for (const { id } of [pinned, written, woken])
      expect(await runOf(id)).toMatchObject({ deaths: 0, session: { exit: { signal: 9 } } });
  },
  PATIENCE_MS * 2,
);

test(
  "a pinned head is its agent's word, though the worker dies over taking it",
  async () => {
    const item = await story.item({ last: `${story.dyingWords('done', 'word')} "$GT_BIN" done` });
    const worker = await story.order('exit');
    expect(await story.sling([item])).toMatchObject({ exit: 0 });
    await story.death(worker);
    await story.successor(worker);
    await landedOnce(story, [item]);
    expect(existsSync(story.once('word'))).toBe(true);
    expect(await runOf(item.id)).toMatchObject({ sessions: 1, deaths: 0 });
  },
  PATIENCE_MS * 2,
);

test(
  "a person's call of gt that is killed after its commit has been made",
  async () => {
    const made = [await story.itemOfTheDead('commit'), await story.itemOfTheDead('add'), await story.itemOfTheDead('wake')];
    expect(made.map(({ answer }) => answer.signal)).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL']);
    const slung = [await story.item(), await story.item()];
    expect(await story.sling(made)).toMatchObject({ exit: 0 });
    for (const [i, point] of ['commit', 'wake'].entries()) {
      const killed = await story.sling(slung.slice(i, i + 1), story.dying(point, `sling-${point}`));
      expect(killed.signal).toBe('SIGKILL');
    }
    await landedOnce(story, [...made, ...slung]);
  },
  PATIENCE_MS * 2,
);

test(
  'a sling that dies while nobody runs the town is taken up by the next worker',
  async () => {
    const { town } = story;
    const item = await story.item();
    const worker = await story.worker();
    await story.withoutSupervisor(async () => {
      process.kill(worker.pid, 'SIGKILL');
      await town.until('the worker dead', async () => !isAlive(worker.pid, worker.born));
      expect(await story.sling([item], story.dying('commit', 'unheard'))).toMatchObject({ signal: 'SIGKILL' });
      expect(await town.read('work', item.id)).toMatchObject({ status: 'hooked', runs: 0 });
      expect(await (await town.link()).call('ZRANGE', keysOf(town.id).unseen, 0, -1)).toContain(`work/${item.id}@1`);
      expect([await story.worker(), town.pid('worker')]).toEqual([worker, worker.pid]);
    });
    await story.successor(worker);
    await landedOnce(story, [item]);
  },
  PATIENCE_MS * 2,
);

test(
  'an agent goes on while nobody runs the town, hands in with a call that is killed, and is adopted',
  async () => {
    const { town } = story;
    const item = await story.item({ last: `${story.dyingWords('commit', 'alone')} "$GT_BIN" done` });
    const next = await story.item({ deps: [item] });
    const worker = await story.order('spawn');
    await story.withoutSupervisor(async () => {
      expect(await story.sling([item, next])).toMatchObject({ exit: 0 });
      await story.death(worker);
      await town.event('work.handed_in', (event) => event.subject === item.id);
      await town.until('its call dead', async () => existsSync(story.once('alone')));
      expect([await story.worker(), town.pid('worker')]).toEqual([worker, worker.pid]);
      expect(await runOf(item.id)).toMatchObject({ state: 'live', session: { ackedAt: expect.any(Number) } });
    });
    await story.successor(worker);
    await landedOnce(story, [item, next], [[next, item]]);
    expect(await runOf(item.id)).toMatchObject({ sessions: 1, deaths: 0 });
  },
  PATIENCE_MS * 2,
);

test('a rig whose adding was killed is as it was, or is added by the same call', async () => {
  const { town } = story;
  const path = await town.repository('spare', { 'a.txt': 'a\n' });
  for (const point of ['clone', 'place']) {
    const add = ['rig', 'add', point, '--path', point === 'clone' ? path : `${path}-2`];
    if (point === 'place') await town.git(town.dir, ['clone', '-q', path, `${path}-2`]);
    expect(await town.gt(add, { env: story.dying(point) })).toMatchObject({ signal: 'SIGKILL' });
    expect(await town.gt(['rig', 'list'])).toMatchObject({ exit: 0, out: expect.not.stringContaining(point) });
    expect(await town.gt(add)).toMatchObject({ exit: 0 });
    expect(await town.gt(['rig', 'list'])).toMatchObject({ exit: 0, out: expect.stringContaining(point) });
  }
  expect(readdirSync(join(town.root, '.runtime/adding'))).toEqual([]);
});
