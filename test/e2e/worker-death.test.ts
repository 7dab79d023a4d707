import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorker } from '../support/second-worker.ts';
import { commits, HarmedTown, isGapless } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

/** Four agents that count until their gate opens, then hand a file in. */
async function four(name: string) {
  const keys = [1, 2, 3, 4].map((n) => `${name}${n}`);
  const ids = await Promise.all(keys.map((key) => town.work('alpha', `${town.counts(key)}\n${commits(key)}`)));
  const runs = await Promise.all(ids.map((id) => town.running(id)));
  const sessions = runs.map((run) => run.session);
  for (const { id } of sessions) await town.until(`${id} counts`, async () => (await town.counted(id)).length > 0);
  const open = (...which: number[]) => {
    for (const n of which) town.open(keys[n] ?? '');
  };
  return { ids, sessions, open };
}

const count = async (type: string, of: readonly string[]) =>
  (await town.events()).filter(
    (one) => one.type === type && of.some((id) => one.subject === id || one.subject.startsWith(`${id}.`)),
  ).length;

/** Each of them was granted, started, handed in and landed exactly once. */
async function onceEach(ids: readonly string[]) {
  for (const id of ids) await town.landed(id);
  const landings = await town.landings('alpha');
  expect(ids.map((id) => landings.get(id))).toEqual(ids.map(() => 1));
  for (const type of ['run.granted', 'session.started', 'session.exited', 'work.handed_in', 'merge.landed', 'work.closed'])
    expect([type, await count(type, ids)]).toEqual([type, ids.length]);
}

test('agents outlive a killed worker, without a gap in their output; what is handed in while none lives is landed by the next', async () => {
  const { ids, sessions, open } = await four('kill');
  await town.held(async () => {
    await town.kill('worker');
    open(0, 1);
    for (const id of ids.slice(0, 2))
      await town.until(`${id} handed in`, async () => (await town.read('run', `${id}.r1`))?.submitted);
    for (const { id } of sessions) expect(isGapless(await town.counted(id))).toBe(true);
  });
  const lastOf = async (id: string) => (await town.counted(id)).at(-1) ?? 0;
  const left = sessions.slice(2);
  const before = await Promise.all(left.map(({ id }) => lastOf(id)));
  await Promise.all(ids.slice(0, 2).map((id) => town.landed(id)));
  for (const [at, session] of left.entries()) {
    await town.until(`${session.id} counts on`, async () => (await lastOf(session.id)) > (before[at] ?? 0));
    const run = await town.read('run', session.id.replace(/\.s1$/, ''));
    expect(run?.session).toMatchObject({ id: session.id, pid: session.pid, born: session.born });
    expect(isGapless(await town.counted(session.id))).toBe(true);
  }
  open(2, 3);
  await onceEach(ids);
});

test('a worker that the supervisor starts again at once goes on likewise', async () => {
  const { ids, open } = await four('again');
  const worker = await town.kill('worker');
  open(0, 1, 2, 3);
  await town.anotherWorker(worker);
  await onceEach(ids);
});

test('after a restart under a lower limit every agent is still watched, and nobody is added', async () => {
  const { ids, open } = await four('limit');
  town.settle({ max_polecats: 2 });
  const fifth = await town.work('alpha', commits('fifth'));
  const worker = await town.kill('worker');
  await town.anotherWorker(worker);
  const active = async () =>
    (await (await town.link()).call('LRANGE', `${(await town.books()).keys.queue('polecats')}active`, 0, -1)) as string[];
  const watched = await town.until('all four are watched', async () => {
    const now = await active();
    return now.length === 4 && now;
  });
  expect(watched.sort()).toEqual(ids.map((id) => `${id}.r1`).sort());
  open(0, 1);
  await Promise.all(ids.slice(0, 2).map((id) => town.landed(id)));
  expect(await town.read('work', fifth)).toMatchObject({ runs: 0 });
  open(2);
  await town.landed(fifth);
  open(3);
  await onceEach([...ids, fifth]);
  town.settle({});
});

test('a worker that was stopped and comes back after its successor has started writes nothing, and ends by itself', async () => {
  const { ids, open } = await four('stop');
  const old = town.pid('worker');
  const workers = await count('worker.started', ['worker']);
  const successor = await town.held(async () => {
    process.kill(old, 'SIGSTOP');
    const child = startWorker(town);
    await town.anotherWorker(old);
    open(0, 1);
    process.kill(old, 'SIGCONT');
    await town.gone(old);
    open(2, 3);
    await onceEach(ids);
    return child;
  });
  const log = readFileSync(`${town.root}/.runtime/logs/worker.log`, 'utf8');
  expect(log).toContain('another worker has taken over');
  expect(await count('worker.started', ['worker'])).toBe(workers + 1);
  // The supervisor finds the one that serves, and keeps it.
  await town.until('the supervisor keeps the successor', async () => town.pid('worker') === successor);
});
