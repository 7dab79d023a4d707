import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '#views/status';
import { bornOf } from '#world/processes/process';
// @ts-expect-error a script has no types
import { buildIds } from '../../scripts/build-ids.mjs';
import { commits, HarmedTown, isGapless } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

/** Agents that count until their gate opens, then hand a file in. */
async function counting(...keys: string[]) {
  const ids = await Promise.all(keys.map((key) => town.work('alpha', `${town.counts(key)}\n${commits(key)}`)));
  const runs = await Promise.all(ids.map((id) => town.running(id)));
  const sessions = runs.map((run) => run.session);
  for (const { id } of sessions) await town.until(`${id} counts`, async () => (await town.counted(id)).length > 0);
  return { ids, sessions };
}

/** What `gt status` shows once both have said it: who is busy may not within the second that it waits. */
async function buildsShown(): Promise<Record<string, unknown>> {
  return town.until('host and worker say which build they are', async () => {
    const { processes } = await town.ask<Status>(['status']);
    const builds = Object.fromEntries(processes.map(({ name, build }) => [name, build]));
    return builds['host'] && builds['worker'] ? builds : undefined;
  });
}

/** A gt of the same version whose worker is another, built beside the town. @returns its program */
async function rebuilt(): Promise<string> {
  const [here, root] = [fileURLToPath(new URL('../..', import.meta.url)), join(town.dir, 'gt')];
  for (const part of ['dist', 'prompts', 'formulas', 'package.json'])
    cpSync(join(here, part), join(root, part), { recursive: true, filter: (path) => !path.endsWith('.map') });
  symlinkSync(join(here, 'node_modules'), join(root, 'node_modules'));
  appendFileSync(join(root, 'dist/src/daemon/worker-main.js'), '\n// built anew\n');
  writeFileSync(join(root, 'dist/.built'), JSON.stringify(await buildIds(root)));
  return join(root, 'dist/bin/gt.js');
}

const log = (name: string) => readFileSync(join(town.root, `.runtime/logs/${name}.log`), 'utf8');

const SHIPPED = expect.stringMatching(/^0\.1\.0\+[0-9a-f]{8}$/);

test('a rebuild of the same version is seen: the worker is replaced, and the host stays, for its own part is the same', async () => {
  const before = { host: town.pid('host'), worker: town.pid('worker'), shown: await buildsShown() };
  const gt = await rebuilt();
  const up = async () =>
    (await promisify(execFile)(process.execPath, [gt, 'up'], { env: { ...town.env, GT_TOWN_ROOT: town.root } })).stdout;
  expect(await up()).toContain(`The worker of build ${before.shown['worker']} was replaced`);
  expect(town.pid('host')).toBe(before.host);
  expect(town.pid('worker')).not.toBe(before.worker);
  const shown = await buildsShown();
  expect(shown).toMatchObject({ host: before.shown['host'], worker: SHIPPED });
  expect(shown['worker']).not.toBe(before.shown['worker']);
  expect(await up()).not.toMatch(/new build|replaced/);
  // Its indexes are the same: nobody looked through all records again.
  expect(log('worker').match(/"indexed"/g)).toHaveLength(1);
});

test('another build takes the town over under load: the same agents go on, by pid, and no process counts as crashed', async () => {
  const keys = ['one', 'two', 'three'];
  const { ids, sessions } = await counting(...keys);
  const before = { host: town.pid('host'), worker: town.pid('worker') };
  expect(await buildsShown()).toMatchObject({ host: SHIPPED, worker: SHIPPED, redis: null });
  const supervisor = town.pid('supervisor');
  const { out } = await town.does(['up'], { env: { GT_BUILD: '0.2.0-test' } });
  expect(out).toContain('The host handed its terminals (3) to the new build.');
  expect(out).toMatch(/The worker of build 0\.1\.0\+[0-9a-f]{8} was replaced/);
  // what keeps the processes starts them from its own place, with its own environment
  expect(town.pid('supervisor')).not.toBe(supervisor);
  expect(await buildsShown()).toMatchObject({ host: '0.2.0-test', worker: '0.2.0-test' });
  expect([town.pid('host'), town.pid('worker')]).not.toContain(before.host);
  await town.gone(before.host);
  await town.gone(before.worker);
  const supervised = JSON.parse(readFileSync(join(town.root, '.runtime/supervisor.json'), 'utf8'));
  expect(supervised.children.host).toMatchObject({ state: 'running', restarts: 0, pid: town.pid('host') });
  expect(log('supervisor')).toContain(`host was succeeded by pid ${town.pid('host')}`);

  const again = await town.does(['up'], { env: { GT_BUILD: '0.2.0-test' } });
  expect(again.out).not.toMatch(/new build|replaced/);
  const killed = await town.kill('worker');
  await town.anotherWorker(killed);
  await town.until('the worker tells its build', async () => (await buildsShown())['worker'] === '0.2.0-test');
  for (const { id, pid, born } of sessions) {
    expect(bornOf(pid ?? 0)).toBe(born);
    const seen = (await town.counted(id)).length;
    await town.until(`${id} counts on`, async () => (await town.counted(id)).length > seen);
    expect(isGapless(await town.counted(id))).toBe(true);
  }
  for (const key of keys) town.open(key);
  for (const id of ids) await town.landed(id);
  for (const id of ids)
    expect(await town.read('run', `${id}.r1`)).toMatchObject({ outcome: 'submitted', sessions: 1, deaths: 0 });
  expect(await town.landings('alpha')).toEqual(new Map(ids.map((id) => [id, 1])));
});
