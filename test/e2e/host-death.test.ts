import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#world/clock';
import { bornOf } from '#world/processes/process';
import { LONG } from '../support/runs.ts';
import { HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

/** The first session leaves a file uncommitted, a child of its own session, and ignores HUP; the next one commits what it finds, and tells who lived. */
const stubborn = (key: string) => `
if [ -e half-${key} ]; then
  for pid in $(cat '${town.gate(`${key}.pids`)}'); do
    if kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$pid/status"; then echo "$pid" >> '${town.gate(`${key}.alive`)}'; fi
  done
  git add -A
  git commit -q -m 'Finish ${key}'
else
  trap '' HUP
  setsid sh -c 'trap "" HUP; echo $$ >> "${town.gate(`${key}.pids`)}"; while :; do sleep 0.2; done' > /dev/null 2>&1 &
  echo $$ >> '${town.gate(`${key}.pids`)}'
  echo half > half-${key}
  touch '${town.gate(`${key}.ready`)}'
  while :; do sleep 0.2; done
fi`;

async function lost(key: string) {
  const id = await town.work('alpha', stubborn(key));
  await town.running(id);
  await town.until('both processes', async () => {
    const file = town.gate(`${key}.pids`);
    return existsSync(town.gate(`${key}.ready`)) && readFileSync(file, 'utf8').trim().split('\n').length === 2;
  });
  const pids = readFileSync(town.gate(`${key}.pids`), 'utf8')
    .trim()
    .split('\n')
    .map(Number);
  return { id, old: pids.map((pid) => ({ pid, born: bornOf(pid) })) };
}

async function wentOn(key: string, { id, old }: Awaited<ReturnType<typeof lost>>) {
  await town.landed(id);
  expect(await town.show('alpha', `half-${key}`)).toBe('half');
  expect(existsSync(town.gate(`${key}.alive`))).toBe(false);
  expect(old.filter(({ pid, born }) => born !== undefined && bornOf(pid) === born)).toEqual([]);
  const run = await town.read('run', `${id}.r1`);
  expect(run).toMatchObject({ outcome: 'submitted', sessions: 2, deaths: 0, snapshots: 1 });
  expect(await town.git(town.repo('alpha'), ['show', `refs/gt/snap/${id}/${id}.r1-1:half-${key}`])).toBe('half');
  expect((await town.landings('alpha')).get(id)).toBe(1);
}

test('a killed host loses no work: it is in a snapshot and in the next session, which starts when all of the old one is gone', async () => {
  const one = await lost('one');
  await town.kill('host');
  await wentOn('one', one);
});

test('a host that stays away is waited for, and its runs go on as soon as it is back', async () => {
  const [one, other] = [await lost('two'), await lost('three')];
  const back = await town.held(async () => {
    await town.kill('host');
    await town.pass(LONG ? 20 : 3);
    return systemClock.now();
  });
  for (const { id } of [one, other]) {
    const next = await town.until(`the next session of ${id}`, async () =>
      (await town.events()).filter(({ type, subject }) => type === 'session.started' && subject === `${id}.r1`).at(1),
    );
    expect(next.at - back).toBeLessThan(60_000);
  }
  await Promise.all([wentOn('two', one), wentOn('three', other)]);
});

test('an agent that outlives its host for a while is landed once, by its own word or by its next session', async () => {
  const waits = `while [ ! -e '${town.gate('four')}' ]; do sleep 0.1; done`;
  // Its next session may find all of it done.
  const makes = "echo four > four\ngit add -A\ngit diff --cached --quiet || git commit -q -m 'Add four'";
  // Its runner goes down with the terminal: it hands in by itself, and writes nowhere.
  const block = `trap '' HUP\nexec > /dev/null 2>&1\n${waits}\n${makes}\n"$GT_BIN" done`;
  const id = await town.work('alpha', block);
  const { session } = await town.running(id);
  await town.until('its block', async () => ignoresHangUp(session.pid ?? 0));
  await town.held(async () => {
    await town.kill('host');
    town.open('four');
  });
  await town.landed(id);
  expect((await town.landings('alpha')).get(id)).toBe(1);
});

/** Whether the session's shell has come as far as to ignore HUP, by what the kernel says of its descendants. */
function ignoresHangUp(pid: number): boolean {
  const children = ofProcess(pid, `task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  const ignored = BigInt(`0x${/^SigIgn:\s*(\w+)/m.exec(ofProcess(pid, 'status'))?.[1] ?? '0'}`);
  return (ignored & 1n) === 1n || children.some(ignoresHangUp);
}

/** A file of /proc; of a process that has ended meanwhile nothing. */
function ofProcess(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
