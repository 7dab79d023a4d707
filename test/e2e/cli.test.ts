import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { grantRun } from '#core/dispatch';
import type { Run } from '#core/records';
import { isRefusal } from '#core/refusals';
import { rigLayout, townLayout } from '#world/config/layout';
import { makeTown } from '#world/config/make-town';
import { makeDesk } from '#world/desk';
import { makeGit } from '#world/git/make';
import { silent } from '#world/log';
import { Books } from '#world/store/books';
import { keysOf } from '#world/store/keys';
import { openLink } from '#world/store/link';
import { validate } from '#world/store/validate';
import { built } from '../support/built.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { cleanEnv, commit, now, sh } from '../support/repo.ts';
import { until } from '../support/until.ts';

let gtBin: string;
let redis: PrivateRedis;
let base: string;
let root: string;
let origin: string;
let townId: string;

beforeAll(async () => {
  gtBin = await built('bin/gt.js');
  redis = await privateRedis();
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-cli-')));
  root = join(base, 'town');
  const made = makeTown({ root, name: 'town', now: 0 });
  if (isRefusal(made)) throw new Error(made.refused);
  townId = made.id;
  writeFileSync(townLayout(root).settingsFile, JSON.stringify({ redis: { url: redis.path }, agent: 'shell' }));
  origin = join(base, 'origin');
  mkdirSync(origin);
  sh(origin, 'init', '-q', '-b', 'main');
  commit(origin, { 'a.txt': 'one\n' }, 'first');
});
afterAll(async () => {
  await redis.stop();
  rmSync(base, { recursive: true, force: true });
});

type Called = { code: number; out: string; err: string };
const envOf = (more: Record<string, string> = {}) => ({ ...cleanEnv(), HOME: join(base, 'home'), GT_TOWN_ROOT: root, ...more });

function gt(argv: readonly string[], env: Record<string, string> = {}, cwd = root): Promise<Called> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [gtBin, ...argv], { cwd, env: envOf(env) }, (fault, out, err) =>
      resolve({ code: fault ? Number(fault.code ?? -1) : 0, out, err }),
    );
    child.stdin?.end('From stdin.\n');
  });
}
async function value<T = Record<string, unknown>>(argv: readonly string[], env: Record<string, string> = {}): Promise<T> {
  const { code, out, err } = await gt([...argv, '--json'], env);
  if (code !== 0) throw new Error(`gt ${argv.join(' ')} ended with ${code}: ${err}`);
  return JSON.parse(out) as T;
}

/** Gives an item a slot, a worktree and a session, as dispatch and the run's processor do. */
async function begin(work: string): Promise<{ run: Run; env: Record<string, string> }> {
  const link = await openLink({ path: redis.path }, { waitMs: 5000 });
  const clock = { now: () => Math.round(now()) };
  const books = new Books(link, keysOf(townId), clock, validate);
  const ask = async () => ({ ended: [] });
  const random = (bytes: number) => new Uint8Array(bytes);
  const desk = makeDesk({ books, clock, log: silent, random, writer: { actor: 'worker', epoch: 0 }, ask });
  const rig = rigLayout(root, 'shop');
  const run = await desk.change(async (reading) => {
    const item = await reading.get('work', work);
    if (!item) throw new Error(work);
    await reading.get('run', `${work}.r${item.runs + 1}`);
    const dir = rig.polecat(`cat-${work}`);
    const change = grantRun(item, { name: `cat-${work}`, dir, agent: 'shell' }, clock.now());
    const { id } = change.answer;
    const token = `${townId}.${id}.s1.00112233445566778899`;
    const session = { id: `${id}.s1`, token, at: clock.now() };
    const doc: Run = { ...change.answer, state: 'live', branch: `polecat/${work}`, sessions: 1, session };
    return { ...change, put: [{ noun: 'run', doc }, ...change.put.slice(1)], answer: doc };
  });
  link.close();
  if (isRefusal(run)) throw new Error(run.refused);
  const git = makeGit({ now, env: cleanEnv() });
  const at = (await git.resolve(rig.repo, 'refs/heads/main')) ?? '';
  await git.addWorktree({ repo: rig.repo, dir: run.dir, branch: run.branch ?? '', at });
  return { run, env: { GT_SESSION: run.session?.token ?? '', BD_ACTOR: `shop/polecats/${run.name}` } };
}

test('a repository that cannot be registered leaves nothing behind', async () => {
  const before = readdirSync(root).sort();
  mkdirSync(join(base, 'empty'));
  sh(join(base, 'empty'), 'init', '-q', '-b', 'main');
  expect(await gt(['rig', 'add', 'shop', '--path', join(base, 'none')])).toMatchObject({ code: 3 });
  expect(await gt(['rig', 'add', 'shop', '--path', join(base, 'empty')])).toMatchObject({
    code: 1,
    err: expect.stringContaining('no commit yet'),
  });
  expect(await gt(['rig', 'add', 'shop', '--path', origin, '--branch', 'nope'])).toMatchObject({ code: 3 });
  expect(await gt(['rig', 'add', 'mayor', '--path', origin])).toMatchObject({ code: 2 });
  expect(await gt(['rig', 'add', 'shop', 'http://127.0.0.1:9/x.git'])).toMatchObject({ code: 6 });
  expect(readdirSync(root).sort()).toEqual(before);
  expect(readdirSync(join(root, '.runtime', 'adding'))).toEqual([]);
  expect(await value(['rig', 'list'])).toEqual([]);
});

test('rig add that is killed leaves the town as it was, and is done by doing it again', async () => {
  // A git that hangs in the clone, until its caller is killed.
  const bin = join(base, 'bin');
  mkdirSync(bin);
  const real = sh(base, '--exec-path');
  const script = `#!/bin/sh\ncase " $* " in *" clone "*) echo $$ > ${base}/cloning.tmp; mv ${base}/cloning.tmp ${base}/cloning; exec sleep 600;; esac\nexec ${real}/git "$@"\n`;
  writeFileSync(join(bin, 'git'), script, { mode: 0o755 });
  const env = envOf({ PATH: `${bin}:${process.env['PATH']}` });
  const child: ChildProcess = spawn(process.execPath, [gtBin, 'rig', 'add', 'shop', '--path', origin], {
    cwd: root,
    env,
    stdio: 'ignore',
    detached: true,
  });
  const over = once(child, 'exit');
  await until('the clone has begun', () => existsSync(join(base, 'cloning')));
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await over;
  // git has a group of its own, so that Ctrl-C reaches gt first; the kill did not reach it.
  process.kill(Number(readFileSync(join(base, 'cloning'), 'utf8')), 'SIGKILL');
  expect(existsSync(join(root, 'shop'))).toBe(false);
  const added = await value(['rig', 'add', 'shop', '--path', origin, '--test-command', 'true']);
  expect(added).toEqual({ name: 'shop', prefix: 'sh', from: origin, target: 'main', checks: ['true'] });
  expect(readdirSync(join(root, '.runtime', 'adding'))).toEqual([]);
  const settings = JSON.parse(readFileSync(rigLayout(root, 'shop').settingsFile, 'utf8'));
  expect(settings).toEqual({ type: 'rig-settings', version: 1, merge_queue: { check: 'true' } });
  expect(await gt(['rig', 'add', 'shop', '--path', origin])).toMatchObject({ code: 4 });
  expect(await gt(['rig', 'add', 'other', `${origin}/`])).toMatchObject({
    code: 4,
    err: expect.stringContaining('registered already'),
  });
});

test('an agent that nobody defines, or whose program is missing, is refused at sling, with what to do', async () => {
  const { id } = await value<{ id: string }>(['work', 'create', 'Whose is it', '--rig', 'shop']);
  expect(await gt(['sling', id, '--agent', 'shel'])).toMatchObject({
    code: 3,
    err: expect.stringContaining('Did you mean `shell`'),
  });
  const PATH = dirname(process.execPath);
  const missing = await gt(['sling', id, '--agent', 'qwen'], { PATH });
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('npm install -g @qwen-code/qwen-code') });
  expect(await value(['work', 'show', id])).toMatchObject({ status: 'open' });
});

test('work is made, slung, taken, done and seen, and nothing else is needed than Redis', async () => {
  const item = await value<{ id: string }>(['work', 'create', 'Add b', '-d', 'Do:\n```sh\necho two > b.txt\n```\n', '-p', 'p1']);
  const read = await value<{ id: string }>(['work', 'create', 'After', '--deps', item.id, '-d', '-', '--rig', 'shop']);
  expect(await value(['work', 'show', read.id])).toMatchObject({ text: { description: 'From stdin.\n' }, standing: 'blocked' });
  const slung = await value<{ slung: unknown }>(['sling', item.id, read.id, 'shop']);
  expect(slung.slung).toMatchObject([{ waitsFor: [] }, { waitsFor: [item.id] }]);
  const { run, env } = await begin(item.id);
  expect((await gt(['hook', '--block'], env)).out).toBe('echo two > b.txt\n');
  expect(await value(['work', 'show', item.id])).toMatchObject({ standing: 'in progress', status: 'in_progress' });

  expect(await gt(['done'], env)).toMatchObject({ code: 1, err: expect.stringContaining('no commit of its own') });
  writeFileSync(join(run.dir, 'b.txt'), 'two\n');
  expect(await gt(['done'], env)).toMatchObject({ code: 1, err: expect.stringContaining('b.txt') });
  const head = commit(run.dir, { 'b.txt': 'two\n' });
  const all = await Promise.all([1, 2, 3, 4].map(() => value(['done'], env)));
  for (const one of all) expect(one).toMatchObject({ work: item.id, merge: `${item.id}.m1`, head });
  expect(sh(rigLayout(root, 'shop').repo, 'rev-parse', `refs/refinery/mr/${item.id}.m1`)).toBe(head);

  expect(await value(['mq', 'list', 'shop'])).toMatchObject([{ requests: [{ work: item.id, head }] }]);
  expect(await value(['polecats'])).toMatchObject([
    { address: `shop/${run.name}`, state: 'leaving', evidence: 'its work is handed in' },
  ]);
  expect(await value(['status'])).toMatchObject({ town: { up: false }, rigs: [{ refinery: { queued: 1 } }] });
  expect((await gt(['why', item.id])).out).toContain('The town is not running');
  expect((await gt(['feed', '--about', item.id])).out).toContain('work.handed_in');
  const jobs = await value<{ checks: Array<{ id: string; ok: boolean }> }>(['doctor']).catch(async () =>
    JSON.parse((await gt(['doctor', '--json'])).out),
  );
  expect(jobs.checks).toContainEqual(expect.objectContaining({ id: 'jobs', ok: true }));
});

test('a done that died after its pin is done by doing it again, also with a new head', async () => {
  const { id } = await value<{ id: string }>(['work', 'create', 'Cut']);
  await gt(['sling', id]);
  const { run, env } = await begin(id);
  commit(run.dir, { 'c.txt': 'one\n' });
  expect(await gt(['done'], { ...env, GT_FAIL: 'done' })).toMatchObject({ code: -1 });
  expect(await value(['work', 'show', id])).toMatchObject({ merge: null });
  const head = commit(run.dir, { 'c.txt': 'two\n' });
  expect(await value(['done'], env)).toMatchObject({ merge: `${id}.m1`, head, again: false });
  expect(sh(rigLayout(root, 'shop').repo, 'rev-parse', `refs/refinery/mr/${id}.m1`)).toBe(head);
});

test('an outcome without code is a report', async () => {
  const { id } = await value<{ id: string }>(['work', 'create', 'Look']);
  await gt(['sling', id]);
  const { run, env } = await begin(id);
  writeFileSync(join(run.dir, 'report.md'), 'It was the cable.\n');
  expect(await gt(['done', '--no-code'], env)).toMatchObject({ code: 2 });
  expect((await gt(['done', '--no-code', '--report', join(run.dir, 'report.md')], env)).out).toContain('without code');
  expect(await value(['work', 'show', id])).toMatchObject({ standing: 'closed', text: { report: 'It was the cable.\n' } });
});

test('a wrong id names the nearest, and a person hears soon that the town is down', async () => {
  const { id } = await value<{ id: string }>(['work', 'create', 'Near']);
  const wrong = await gt(['work', 'show', `${id}x`]);
  expect(wrong).toMatchObject({ code: 3, err: expect.stringContaining(id) });
  const down = join(base, 'down');
  makeTown({ root: down, name: 'down', now: 0 });
  expect(await gt(['work', 'list'], { GT_TOWN_ROOT: down })).toMatchObject({ code: 5, err: expect.stringContaining('gt up') });
  expect(await gt(['hook'])).toMatchObject({ code: 2 });
  expect((await gt(['rig', 'list'], { GT_TOWN_ROOT: down })).out).toContain('No rig yet');
});
