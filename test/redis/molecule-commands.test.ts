import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StepExec } from '#core/formula/proto';
import { closeStep } from '#core/molecule/life';
import { worktreeMade } from '#processors/step-place';
import { changeRun } from '#processors/worktree';
import { survivors } from '#world/processes/kill';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { type GrowthTown, growthTown } from '../support/growth.ts';
import { closes, planOf, planStep, poured } from '../support/molecules.ts';
import { aRun, item } from '../support/records.ts';
import { endsEachTest } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: GrowthTown;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

const command = (id: string, run: string, needs: readonly string[] = [], more: Partial<StepExec> = {}) =>
  planStep(id, needs, { exec: { executor: 'command', run, ...more } });

const begin = async (limit = 2) => {
  at = await growthTown(server.path, { limit });
  worker = await at.begin();
};

const failed = async (mol: string, key: string) =>
  until(`${key} has failed`, async () => {
    const step = await at.step(mol, key).catch(() => undefined);
    return step?.status === 'failed' ? step : undefined;
  });

test('a command runs in its folder with who it is in its environment, and what it prints as JSON is its output', async () => {
  await begin();
  const run = 'echo "$PWD $GT_STEP_KEY $GT_ATTEMPT" >> seen; echo noise >&2; printf \'{"items":[1,2]}\'';
  const mol = await poured(at, planOf([command('a', run), command('b', 'echo plain', ['a'])]));
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  expect(at.lines('seen')).toEqual([`${at.root} a 1`]);
  const a = await at.step(mol.id, 'a');
  expect(a).toMatchObject({ output: { items: [1, 2] }, attempts: 1, evidence: { code: 0 } });
  expect(a.command).toBeUndefined();
  expect((await at.step(mol.id, 'b')).output).toBeUndefined();
  expect(at.faults).toEqual([]);
});

test('a command that ends with another code fails its step: what needs it is held, and a person is asked', async () => {
  await begin();
  const mol = await poured(at, planOf([command('a', 'echo no luck; exit 3'), command('b', 'echo b >> seen', ['a'])]));
  const a = await failed(mol.id, 'a');
  expect(a.failed).toMatchObject({ reason: 'its command: ended with 3 (no luck)', class: 'transient' });
  const question = await at.op.books.read('escalation', a.failed?.escalation ?? '');
  expect(question).toMatchObject({ state: 'open', subject: a.id });
  expect((await at.step(mol.id, 'b')).status).toBe('open');
  expect(at.lines('seen')).toEqual([]);
});

test('a command with retry is run again until it passes, and fails when its attempts are spent', async () => {
  await begin();
  const retry = { max_attempts: 2, on_exhausted: 'hard_fail' } as const;
  const third = { ...command('a', 'echo x >> tries; test "$(wc -l < tries)" -ge 2'), retry };
  const never = { ...command('b', 'echo x >> others; false'), retry };
  const soft = { ...command('c', 'false'), retry: { ...retry, on_exhausted: 'soft_fail' as const } };
  const hard = { ...command('d', 'echo x >> hard; no-such-program'), retry };
  const mol = await poured(at, planOf([third, never, soft, hard]));
  await failed(mol.id, 'b');
  await failed(mol.id, 'd');
  const end = async (key: string) => until(`${key} is closed`, async () => (await at.step(mol.id, key)).closed);
  expect(await end('a')).toMatchObject({ outcome: 'done' });
  expect(await end('c')).toMatchObject({
    outcome: 'done',
    reason: expect.stringContaining('passed although all 2 attempts failed'),
  });
  expect(['tries', 'others', 'hard'].map((file) => at.lines(file).length)).toEqual([2, 2, 1]);
});

test('a check follows the command, and a step whose check does not pass is not closed as done', async () => {
  await begin();
  const good = command('a', 'echo made > it', [], { check: 'test -s it' });
  const bad = command('b', 'echo made >> seen', [], { check: 'echo it is not there; test -s other' });
  const mol = await poured(at, planOf([good, bad]));
  expect((await failed(mol.id, 'b')).failed?.reason).toBe('its check: ended with 1 (it is not there)');
  await until('a is closed', async () => (await at.step(mol.id, 'a')).closed?.outcome === 'done');
});

test('a command that does not end is ended at its timeout, with all that it has started', async () => {
  await begin();
  const mol = await poured(at, planOf([command('a', 'sleep 600 & setsid sleep 600', [], { timeout: '200ms' })]));
  expect((await failed(mol.id, 'a')).failed?.reason).toContain('no end after 200 ms');
  expect(await survivors([{ prefix: `GT_WORKER=${at.id}.` }])).toEqual([]);
});

test('no more commands run at once than there are places, and all of them run', async () => {
  await begin(2);
  const run = 'echo + >> seen; sleep 0.05; echo - >> seen';
  const mol = await poured(at, planOf(Array.from({ length: 9 }, (_, i) => command(`s${i}`, run))));
  await closes(at, mol.id);
  let running = 0;
  const most = Math.max(...at.lines('seen').map((line) => (running += line === '+' ? 1 : -1)));
  expect(most).toBeLessThanOrEqual(2);
  expect(at.lines('seen')).toHaveLength(18);
});

/** Each of these is begun, and its worker goes before it ends. */
const interrupted = async (more: Partial<StepExec>, run = 'echo begun >> seen; test -e go || sleep 600') => {
  await begin();
  const mol = await poured(at, planOf([command('a', run, [], more)]));
  await until('it has begun', () => at.lines('seen').length === 1);
  await worker?.stop(10_000);
  expect((await at.step(mol.id, 'a')).command).toMatchObject({ n: 1 });
  return mol.id;
};

test('a command whose end nobody saw is not repeated: its step fails and says so', async () => {
  const mol = await interrupted({});
  worker = await at.begin();
  expect((await failed(mol, 'a')).failed).toMatchObject({ class: 'unknown', reason: expect.stringContaining('nobody knows') });
  expect(at.lines('seen')).toEqual(['begun']);
});

test('a command whose end nobody saw and that may be repeated is run once more', async () => {
  const mol = await interrupted({ repeatable: true }, 'echo begun >> seen; test "$GT_ATTEMPT" = 2 || sleep 600');
  worker = await at.begin();
  await closes(at, mol);
  expect(at.lines('seen')).toEqual(['begun', 'begun']);
});

test('a command whose end nobody saw is asked first whether it is done', async () => {
  const mol = await interrupted({ done_if: 'grep -q begun seen', repeatable: true });
  worker = await at.begin();
  await closes(at, mol);
  expect(at.lines('seen')).toEqual(['begun']);
  expect((await at.step(mol, 'a')).closed).toMatchObject({ reason: 'it was done already' });
});

test('a command whose step somebody closes is ended', async () => {
  await begin();
  const mol = await poured(at, planOf([command('a', 'echo begun >> seen; sleep 600 & sleep 600')]));
  await until('it has begun', () => at.lines('seen').length === 1);
  const { id } = await at.step(mol.id, 'a');
  await at.op.change(async (reading) => {
    const now = await reading.get('step', id);
    if (!now) throw new Error('gone');
    return closeStep(now, undefined, { outcome: 'skipped', reason: 'no use' }, at.op.clock.now());
  });
  await closes(at, mol.id);
  await at.becomes(`steps/${id}@1`, 'completed');
  expect(await survivors([{ prefix: `GT_WORKER=${at.id}.` }])).toEqual([]);
  expect(at.faults).toEqual([]);
});

test('a command waits for the worktree of the work item that its molecule hangs under, and runs in it', async () => {
  await begin();
  const dir = join(at.root, 'worktree');
  mkdirSync(dir);
  const granted = aRun('gp-1.r1', { dir });
  await at.putOnly('work', item('gp-1', { status: 'in_progress', run: granted.id, runs: 1, hold: { name: 'toast', dir } }));
  await at.putOnly('run', granted);
  const mol = await poured(at, planOf([command('a', 'echo "$GT_WORK $PWD" >> seen')]), { work: 'gp-1' });
  const { id } = await until('it waits', async () => {
    const step = await at.step(mol.id, 'a').catch(() => undefined);
    const shown = step && (await at.jobOf(`steps/${step.id}@1`));
    return shown?.progress === 'waits for the worktree of gp-1' ? step : undefined;
  });
  expect((await at.op.books.read('step', id))?.status).toBe('open');
  await changeRun(granted, { desk: at.op } as unknown as World, (doc) => ({ ...doc, state: 'ready' }), undefined, [
    worktreeMade('gp-1'),
  ]);
  await until('it has run', async () => (await at.step(mol.id, 'a')).status === 'closed');
  expect(at.lines('worktree/seen')).toEqual([`gp-1 ${dir}`]);
});
