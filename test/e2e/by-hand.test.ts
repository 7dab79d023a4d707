import { execFile } from 'node:child_process';
import { cpSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { released } from '#core/manual-run';
import type { Host } from '#world/pty/host';
import { writeChain } from '../support/nine-steps.ts';
import { makeGround, type RunningHost, startHost } from '../support/pty.ts';
import { MAIN, noted, writeScenario } from '../support/stand-in-program.ts';
import { HarmedTown } from '../support/trial.ts';

/** Work that a person does, or an agent that a person starts: no session of gt's, and who one is comes from the directory. */
const ground = makeGround();
let town: HarmedTown;
let running: RunningHost;
/** A terminal of the person's own. */
let terminal: Host;
beforeAll(async () => {
  town = await HarmedTown.open({ agent: 'claude' });
  await town.rig('shop', `until [ -e '${town.gate('checks')}' ]; do sleep 0.05; done`);
  running = await startHost(ground, 'person');
  terminal = await running.connect(1);
});
afterAll(async () => {
  await running?.stop();
  await ground.clear();
  await town?.close();
});

type Said = { readonly exit: number; readonly out: string; readonly err: string };
type Slung = { places: Record<string, { dir: string; start: string; waits?: string }> };

/** What a person's plain shell has: nothing of gt but the program on its PATH. */
const plain = () => ({ ...town.env, PATH: `${join(town.root, '.runtime/bin')}:${town.env['PATH']}` }) as Record<string, string>;

/** A line typed there. */
const typed = (cwd: string, line: string, env = plain()): Promise<Said> =>
  new Promise((resolve) => {
    execFile('/bin/sh', ['-c', line], { cwd, env }, (fault, out, err) =>
      resolve({ exit: typeof fault?.code === 'number' ? fault.code : fault ? 128 : 0, out, err }),
    );
  });

/** An item's worktree once it is laid out; what `sling` has said of it is the same, unless the machine was too slow for it to wait. */
async function laidOut(id: string, { places }: Slung): Promise<{ id: string; dir: string; start: string }> {
  const run = await town.until(`${id} is laid out`, async () => {
    const doc = await town.read('run', `${id}.r1`);
    return doc?.session?.words ? doc : undefined;
  });
  const place = { dir: run.dir, start: run.session?.words ?? '' };
  if (places[id]?.waits === undefined) expect(places[id]).toEqual(place);
  return { id, ...place };
}

async function layOut(title: string) {
  const { id } = await town.ask<{ id: string }>(['work', 'create', title, '--rig', 'shop']);
  return laidOut(id, await town.ask<Slung>(['sling', id, '--no-spawn']));
}

const started = async (id: string) =>
  (await town.events()).filter(({ subject, type }) => subject.startsWith(id) && type === 'session.started');

test('a plain shell in the worktree has the work on its hook and hands it in; a killed worker loses nothing of it, and nobody else is heard', async () => {
  const { id, dir } = await layOut('Say hello');
  expect(await town.git(dir, ['status', '--porcelain'])).toBe('');
  expect(await typed(dir, 'gt hook')).toMatchObject({ exit: 0, out: expect.stringContaining('Say hello') });
  // No hook of a program fetches what is said to a plain shell: gt hook tells it, once.
  await town.does(['nudge', id, 'use tabs']);
  expect((await typed(dir, 'gt hook')).out).toMatch(/^\[GAS TOWN\] A nudge from overseer .*\nuse tabs\n[\s\S]*Say hello/);
  expect((await typed(dir, 'gt hook')).out).not.toContain('use tabs');
  expect((await typed(dir, 'mkdir -p deep/er && cd deep/er && gt hook')).exit).toBe(0);
  // The copy of a worktree is nobody's, and neither is another directory of the town, or a token that the town never gave.
  const copy = join(town.dir, 'copy');
  cpSync(dir, copy, { recursive: true });
  for (const elsewhere of [copy, join(dir, '..'), join(town.root, 'shop/mayor'), town.dir])
    if (existsSync(elsewhere)) expect([elsewhere, (await typed(elsewhere, 'gt hook')).exit]).not.toEqual([elsewhere, 0]);
  const stale = { ...plain(), GT_SESSION: `${town.id}.${id}.r1.s1.0123456789abcdef` };
  expect((await typed(dir, 'gt hook', stale)).err).toContain('is not the one that the town has for it');
  expect(statSync(join(await town.git(dir, ['rev-parse', '--absolute-git-dir']), 'gt-session.json')).mode & 0o777).toBe(0o600);

  const worker = town.pid('worker');
  await town.kill('worker');
  await town.anotherWorker(worker);
  expect(await town.read('run', `${id}.r1`)).toMatchObject({ manual: true, state: 'live', sessions: 1, deaths: 0 });
  expect((await town.gt(['why', id])).out).toContain(`a person works on it in ${dir}`);
  expect((await town.gt(['polecat', 'list'])).out).toContain('by hand');
  expect(await typed(dir, 'echo hello >hello && git add -A && git commit -qm Hello && gt done')).toMatchObject({ exit: 0 });
  expect((await typed(dir, 'gt done')).out).toContain('was handed in already');
  town.open('checks');
  await town.landed(id);
  expect(await town.show('shop', 'hello')).toBe('hello');
  expect(await started(id)).toEqual([]);
});

test('an agent that a person starts there gets its work by its own hooks, is told what was said to it, and hands in', async () => {
  const { id, dir } = await layOut('Make a thing');
  expect((await town.gt(['nudge', id, 'mind the gap'])).exit).toBe(0);
  const work = 'gt hook >/dev/null && echo made >made && git add -A && git commit -qm Made && gt done';
  const { file, log } = writeScenario(ground, 'person', {
    start: { dialogs: [] },
    turns: [{ ms: 10, tools: [{ run: work }] }],
  });
  const program = [process.execPath, MAIN, 'stand-in', '--like', 'claude', '--scenario', file, 'go on'];
  // This test's host finds what it started by a token; the program itself has none.
  const env = { ...plain(), GT_SESSION: `${ground.mark}theirs` };
  const argv = ['env', '-u', 'GT_SESSION', ...program];
  await terminal.spawn({ id: 'theirs', argv, cwd: dir, env, cols: 100, rows: 30 });
  const primed = await noted(log, 'hook', ({ moment, context }) => moment === 'start' && context !== undefined);
  expect(primed.context).toContain('Make a thing');
  await noted(log, 'hook', ({ context }) => context?.includes('mind the gap') === true);
  await noted(log, 'turn');
  await town.landed(id);
  expect(await town.show('shop', 'made')).toBe('made');
  expect(await started(id)).toEqual([]);
  await terminal.kill('theirs', { graceMs: 0 });
});

test('in a rig where a person starts the agents, molecules are worked by hand step by step; what is over the slots waits its turn, and what is let go stays where it is', async () => {
  await town.does(['rig', 'settings', 'set', 'shop', 'spawn', 'manual']);
  await town.does(['rig', 'settings', 'set', 'shop', 'max_polecats', '1']);
  writeChain(town, 'pair', [{ id: 'think' }, { id: 'make' }]);
  const [first, second] = await Promise.all(
    ['One', 'Two'].map((title) => town.ask<{ id: string }>(['work', 'create', title, '--rig', 'shop'])),
  );
  const { dir } = await laidOut(first?.id ?? '', await town.ask<Slung>(['sling', first?.id ?? '', '--on', 'pair']));
  const later = await town.ask<Slung>(['sling', second?.id ?? '']);
  expect(later.places[second?.id ?? '']).toMatchObject({ waits: expect.stringContaining('slot') });

  expect((await typed(dir, 'gt hook')).out).toContain('step 1 of 2: think');
  expect((await typed(dir, "gt mol step done --note 'two lines will do'")).out).toContain('step 2 of 2: make');
  expect(await typed(dir, 'echo two >lines && git add -A && git commit -qm Lines && gt done')).toMatchObject({ exit: 0 });
  await town.landed(first?.id ?? '');
  expect(await town.show('shop', 'lines')).toBe('two');

  const run = await town.until('the next one is laid out', async () => {
    const doc = await town.read('run', `${second?.id}.r1`);
    return doc?.session?.words ? doc : undefined;
  });
  await typed(run.dir, 'echo half >half');
  const desk = await town.desk();
  await desk.change(async (reading) => {
    const now = await reading.get('run', run.id);
    return { put: now ? [{ noun: 'run', doc: released(now, 'overseer', desk.clock.now()) }] : [], answer: undefined };
  });
  const over = await town.until('it is let go', async () => {
    const doc = await town.read('run', run.id);
    return doc?.state === 'ended' ? doc : undefined;
  });
  expect(over).toMatchObject({ outcome: 'cancelled', snapshots: 1 });
  expect(await town.read('work', run.work)).toMatchObject({ status: 'open', hold: { dir: run.dir } });
  expect((await typed(run.dir, 'gt hook')).exit).not.toBe(0);
  expect((await typed(run.dir, 'cat half')).out).toBe('half\n');
});
