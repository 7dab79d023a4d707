import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Checked } from '#cli/gate-checking';
import type { Gate } from '#core/records';
import type { GateShown } from '#views/gates';
import type { Status } from '#views/status';
import type { Why } from '#views/why';
import { standInGh } from '../support/gates.ts';
import { commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
let gh: ReturnType<typeof standInGh>;
beforeAll(async () => {
  gh = standInGh();
  gh.says({ state: 'OPEN', title: 'Greet' });
  town = await HarmedTown.open({}, { PATH: `${gh.dir}:${process.env['PATH']}` });
  await town.rig('alpha', 'true');
});
afterAll(async () => {
  await town?.close();
  gh?.end();
});

const make = (words: readonly string[]) => town.ask<Gate>(['gate', 'create', ...words]);
const ended = (id: string) =>
  town.until(`${id} has ended`, async () => {
    const gate = await town.read('gate', id);
    return gate?.ended ? gate : undefined;
  });
const refused = async (words: readonly string[], env = {}) =>
  JSON.parse((await town.gt([...words, '--json'], { env })).err).refused;

test('a worker that is killed while a timer runs: the next one opens the gate when it is due, once, and the work lands', async () => {
  const id = await town.work('alpha', commits('later'), { sling: false });
  const timer = await make(['Later', '--type', 'timer', '--timeout', '4s', '--for', id]);
  expect(timer).toMatchObject({ state: 'open', blocks: [id] });
  await town.sling(id);
  const before = await town.kill('worker');
  await town.anotherWorker(before);
  expect(await town.landed(id)).toMatchObject({ runs: 1 });
  const events = await town.events();
  const at = (type: string, subject: string) => events.filter((one) => one.type === type && one.subject === subject);
  const [opened] = at('gate.resolved', timer.id);
  expect(at('gate.resolved', timer.id)).toHaveLength(1);
  expect(opened?.at).toBeGreaterThanOrEqual(timer.dueAt ?? Number.NaN);
  expect(at('run.granted', `${id}.r1`)[0]?.at).toBeGreaterThanOrEqual(opened?.at ?? Number.NaN);
});

test('a pull request is looked at through gh, and what gh says is told by show, why and check', async () => {
  const id = await town.work('alpha', commits('merged'));
  const held = await town.work('alpha', commits('held'), { sling: false });
  const gate = await make(['The greeting is in', '--type', 'gh:pr', '--await-id', '12', '--for', held]);
  await town.until('gh was asked', async () => (await town.read('gate', gate.id))?.seen);
  expect(await town.ask<GateShown>(['gate', 'show', gate.id])).toMatchObject({
    seen: 'pull request 12 is open: Greet',
    standing: 'waits for the pull request 12 to be merged',
  });
  const { reasons } = await town.ask<Why>(['why', held]);
  expect(reasons.map(({ code }) => code)).toEqual(['not-slung', 'gate']);
  expect((await town.does(['why', gate.id])).out).toContain('pull request 12 is open: Greet');
  expect(await town.ask<Checked>(['gate', 'check', '--dry-run'])).toEqual({
    checked: 1,
    resolved: 0,
    escalated: 0,
    errors: 0,
    dry_run: true,
  });
  expect(await town.ask<Checked>(['gate', 'check', '--type', 'gh'])).toMatchObject({ checked: 1, resolved: 0, errors: 0 });
  gh.says({ state: 'CLOSED', title: 'Greet' });
  expect(await town.ask<Checked>(['gate', 'check', '--escalate'])).toMatchObject({ checked: 1, resolved: 0, escalated: 1 });
  gh.says({ state: 'MERGED', title: 'Greet' });
  expect(await town.ask<Checked>(['bd', 'gate', 'check'])).toMatchObject({ checked: 1, resolved: 1, escalated: 0 });
  expect(gh.asked().every((words) => words === 'pr view 12 --json state,title,url')).toBe(true);
  await town.landed(id);
});

test('a command opens its gate when it ends with 0, wherever a worker runs it', async () => {
  const go = join(town.dir, 'go');
  const ran = join(town.dir, 'ran');
  const gate = await make([
    'Go',
    '--type',
    'condition',
    '--command',
    `echo "$PWD" >> '${ran}'; test -e '${go}' || { echo 'not there'; exit 3; }`,
    '--rig',
    'alpha',
  ]);
  await town.until('the command was run', async () => (await town.read('gate', gate.id))?.seen);
  expect(await town.ask<GateShown>(['gate', 'show', gate.id])).toMatchObject({
    state: 'open',
    seen: expect.stringContaining('ended with 3: not there'),
  });
  expect(existsSync(ran)).toBe(true);
  writeFileSync(go, '');
  expect(await town.ask<Checked>(['gate', 'check'])).toMatchObject({ checked: 1, resolved: 1 });
  expect(await ended(gate.id)).toMatchObject({ state: 'resolved', ended: { by: 'gt' } });
});

test('a person approves and denies from the command line, an agent does not; what nobody has is refused', async () => {
  const id = await town.work('alpha', commits('asked'), { sling: false });
  const gate = await make(['Ship it?', '--for', id]);
  const agent = { GT_SESSION: 'no token' };
  expect(await refused(['gate', 'approve', gate.id], agent)).toBe('GATE_PERSONS');
  expect(await refused(['gate', 'deny', id, '--reason', 'x'])).toBe('GATE_IS_NONE');
  expect(await refused(['gate', 'show', `${gate.id}x`])).toBe('GATE_UNKNOWN');
  expect(await refused(['gate', 'create', 'x', '--type', 'timer', '--timeout', 'soon'])).toBe('USAGE');
  expect(await refused(['gate', 'create', 'x', '--type', 'timer'])).toBe('GATE_INVALID');
  await town.does(['gate', 'deny', gate.id, '--reason', 'not yet']);
  const { needsYou } = await town.ask<Status>(['status']);
  expect(needsYou).toMatchObject([{ id: gate.id, why: 'denied by overseer: not yet' }]);
  expect((await town.does(['status'])).out).toContain(`gt gate approve ${gate.id}`);
  expect((await town.does(['gate', 'list'])).out).toContain('denied by overseer: not yet');
  await town.does(['gate', 'approve', gate.id]);
  await town.sling(id);
  await town.landed(id);
});

test('bd has gates in its own form', async () => {
  const id = await town.work('alpha', commits('bd'), { sling: false });
  const made = await town.ask<{ id: string }>([
    'bd',
    'gate',
    'create',
    '--blocks',
    id,
    '--type',
    'mail',
    '--timeout',
    '2h',
    '-r',
    'ask ada',
  ]);
  expect(made).toMatchObject({
    title: 'Gate: mail',
    description: 'ask ada',
    status: 'open',
    issue_type: 'gate',
    await_type: 'mail',
    timeout: 7_200_000_000_000,
    schema_version: 1,
  });
  await town.does(['bd', 'gate', 'add-waiter', made.id, 'mayor']);
  expect(await town.ask(['bd', 'gate', 'list'])).toMatchObject([{ id: made.id, waiters: ['mayor'] }]);
  expect(await town.ask(['bd', 'gate', 'resolve', made.id, '--reason', 'ada wrote'])).toMatchObject({
    status: 'closed',
    close_reason: 'ada wrote',
  });
  expect(await town.ask(['bd', 'gate', 'show', made.id])).toMatchObject({ status: 'closed', schema_version: 1 });
  expect(await town.ask(['bd', 'gate', 'list'])).toEqual([]);
});
