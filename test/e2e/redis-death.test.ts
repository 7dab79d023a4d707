import { afterAll, beforeAll, expect, test } from 'vitest';
import { LONG } from '../support/runs.ts';
import { commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

/** Three agents at their gates, and one whose work is under check. */
async function four(name: string) {
  const keys = [1, 2, 3, 4].map((n) => `${name}${n}`);
  const ids = await Promise.all(keys.map((key) => town.work('alpha', `${town.counts(key)}\n${commits(key)}`)));
  const runs = await Promise.all(ids.map((id) => town.running(id)));
  return { ids, runs, open: (...which: number[]) => which.map((n) => town.open(keys[n] ?? '')) };
}

/** Each landed once, by its first run; whoever lived through it is the same process. */
async function onceEach({ ids, runs }: Awaited<ReturnType<typeof four>>) {
  for (const id of ids) await town.landed(id);
  const landings = await town.landings('alpha');
  expect(ids.map((id) => landings.get(id))).toEqual(ids.map(() => 1));
  for (const run of runs)
    expect(await town.read('run', run.id)).toMatchObject({
      outcome: 'submitted',
      sessions: 1,
      session: { pid: run.session.pid },
    });
  const events = await town.events();
  for (const type of ['work.handed_in', 'merge.landed', 'work.closed', 'session.started'])
    expect([type, events.filter((one) => one.type === type && ids.some((id) => one.subject.startsWith(id))).length]).toEqual([
      type,
      4,
    ]);
}

test('agents that hand in while Redis is away are waited for and heard: nothing is lost, nothing is done twice', async () => {
  const all = await four('away');
  all.open(0);
  await town.event('work.handed_in', (one) => one.subject === all.ids[0]);
  await town.held(async () => {
    await town.kill('redis');
    all.open(1, 2);
    await town.pass(LONG ? 20 : 3);
  });
  await Promise.all(all.ids.slice(0, 3).map((id) => town.landed(id)));
  all.open(3);
  await onceEach(all);
});

test('a Redis that the supervisor starts again at once does no harm either', async () => {
  const all = await four('again');
  all.open(0, 1);
  await town.kill('redis');
  all.open(2, 3);
  await onceEach(all);
});
