import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTransaction } from '#world/redis/open-transaction';
import { commits, HarmedTown } from '../support/trial.ts';

const SEED = Number(process.env['GT_SEED'] ?? Math.trunc(performance.timeOrigin) % 1_000_000);
const ROUNDS = Number(process.env['GT_ROUNDS'] ?? 3);

/** Random numbers between 0 and 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = randomFrom(SEED);

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

/** The append-only file that Redis writes now. */
function tail(): string {
  const folder = join(town.root, '.runtime/redis-data/appendonlydir');
  const name = readdirSync(folder).find((one) => one.endsWith('.incr.aof'));
  return join(folder, name ?? '');
}
const size = () => statSync(tail()).size;
/** Its size with all that Redis has answered: while a disk syncs slowly, `everysec` holds that back for up to two seconds. */
async function written(): Promise<number> {
  await (await town.link()).call('CONFIG', 'SET', 'appendfsync', 'always');
  return size();
}

/** How many bytes of half a transaction each cut has left, where it left some: the supervisor tells of each. */
const halves: string[] = [];
const told = () => {
  const log = readFileSync(join(town.root, '.runtime/logs/supervisor.log'), 'utf8');
  return [...log.matchAll(/ redis: took half a transaction off .*: (\d+) bytes/g)].map(([, bytes]) => bytes);
};

/** Everything that was ever made, by round. */
const made: string[] = [];

/** One item landed, one whose agent works on, one whose agent hands in while Redis is away, one whose agent leaves without a word. */
async function story(name: string) {
  const block = (key: string) => `${town.counts(`${name}-${key}`)}\n${commits(`${name}-${key}`)}`;
  const [landed, works, late] = await Promise.all(
    ['landed', 'works', 'late'].map((key) => town.work('alpha', block(key), { sling: false })),
  );
  const ids = [landed ?? '', works ?? '', late ?? ''] as const;
  const born = await written();
  for (const id of ids) await town.sling(id);
  const runs = await Promise.all(ids.map((id) => town.running(id)));
  town.open(`${name}-landed`);
  return { name, born, ids, runs };
}

/** Redis dies; `cut` says what is left of its file. Meanwhile an agent hands in. */
async function cutAt(name: string, cut: () => number): Promise<number> {
  return town.held(async () => {
    await town.kill('redis');
    town.open(`${name}-late`);
    const at = cut();
    truncateSync(tail(), at);
    const left = readFileSync(tail());
    const half = openTransaction((into, from) => left.copy(into, 0, from, from + into.length), at);
    if (half) halves.push(String(at - half.at));
    return at;
  });
}

/** Books and world agree again: a worker serves that has seen this Redis. */
async function agreed(before: number) {
  // Many deaths in a minute look like a crash loop: a person says that they are not.
  await town.does(['up']);
  await town.until('books and world agree', async () => {
    const worker = await town.read('worker', 'worker');
    const info = String(await (await town.link()).call('INFO', 'server'));
    return worker && worker.pid !== before && info.includes(`run_id:${worker.redisRun}`);
  });
  expect(told()).toEqual(halves);
}

async function landsOnce(id: string) {
  const work = await town.read('work', id);
  // What a person said after the instant that is left was not said.
  if (work?.status === 'open' && !work.run && !work.merge) await town.sling(id);
  await town.landed(id, 90_000);
}

test.each(Array.from({ length: ROUNDS }, (_, i) => i))(
  `a file cut anywhere after the work was written: all of it lands once (seed ${SEED}, round %i)`,
  async (round) => {
    const { name, born, ids, runs } = await story(`r${round}`);
    if (random() < 0.7) await town.landed(ids[0]);
    const worker = town.pid('worker');
    const at = await cutAt(name, () => born + Math.floor(random() * (size() - born)));
    await agreed(worker);
    // Whoever works on is the same process, and alone.
    const { session } = await town.running(ids[1]);
    expect([at, session.pid]).toEqual([at, runs[1]?.session.pid]);
    town.open(`${name}-works`);
    for (const id of ids) await landsOnce(id);
    made.push(...ids);
    for (const id of made) expect(await town.read('work', id)).toMatchObject({ status: 'closed' });
    const landings = await town.landings('alpha');
    expect(made.map((id) => landings.get(id))).toEqual(made.map(() => 1));
  },
);

test('a file cut before the work was written: its sessions end, and what they left is kept in a ref', async () => {
  const gate = town.gate('forgotten');
  const mark = await written();
  const id = await town.work('alpha', `echo kept > kept\ntouch '${gate}-ready'\n${town.counts('forgotten')}`);
  const { session } = await town.running(id);
  await town.until('its file', async () => town.lines('forgotten-ready').length > 0);
  const worker = town.pid('worker');
  await cutAt('none', () => mark);
  await agreed(worker);
  await town.gone(session.pid ?? 0);
  expect(await town.read('work', id)).toBeUndefined();
  expect(await town.git(town.repo('alpha'), ['show', `refs/gt/snap/${id}/${session.id}:kept`])).toBe('kept');
  // Its worktree is left for a person: new work gets another.
  const next = await town.work('alpha', commits('next'));
  await town.landed(next);
  expect(await town.git(town.repo('alpha'), ['worktree', 'list'])).toContain(`[polecat/`);
});
