import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CheckInput, runCheck } from '#world/checks/run';
import { readVerdict, type Verdict } from '#world/checks/verdict';
import { holders, killTree } from '../support/kill-tree.ts';
import { now } from '../support/repo.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'gt-checks-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
function input(command: string, more: Partial<CheckInput> = {}): CheckInput {
  const id = `ck-${process.pid}-${++count}`;
  const dir = join(root, id, 'tree');
  mkdirSync(dir, { recursive: true });
  const slot = { dir, scratch: join(root, id, 'scratch'), number: 3 };
  return {
    id,
    slot,
    command,
    worker: 'tt.7',
    timeoutMs: 60_000,
    logFile: join(root, id, 'log'),
    verdictFile: join(root, id, 'verdict.json'),
    ...more,
  };
}
const run = (given: CheckInput, env: NodeJS.ProcessEnv = process.env): Promise<Verdict> =>
  runCheck({ now, killTree, env }, given);

/** Resolves when the file exists. */
function appears(file: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(join(file, '..'), () => {
      if (!statSync(file, { throwIfNoEntry: false })) return;
      watcher.close();
      resolve();
    });
    if (statSync(file, { throwIfNoEntry: false })) {
      watcher.close();
      resolve();
    }
  });
}

test('a check that ends with 0 passed, and its verdict, log and tail say so', async () => {
  const given = input('echo out; echo err >&2; echo end');
  const verdict = await run(given);
  expect(verdict).toMatchObject({ id: given.id, state: 'passed', code: 0, tail: 'out\nerr\nend\n', left: 0 });
  expect(verdict.endedAt).toBeGreaterThanOrEqual(verdict.startedAt);
  expect(readFileSync(given.logFile, 'utf8')).toBe('out\nerr\nend\n');
  expect(await readVerdict(given.verdictFile)).toEqual(verdict);
});

test.each([
  ['exit 1', { state: 'failed', code: 1 }],
  ['exit 124', { state: 'failed', code: 124 }],
  ['no-such-tool --run', { state: 'error', code: 127, why: 'command not found' }],
  ['./not-executable', { state: 'error', code: 126 }],
  ['kill -9 $$', { state: 'error', signal: 'SIGKILL' }],
  ['sh -c "kill -9 \\$\\$"; exit $?', { state: 'error', code: 137, signal: 'SIGKILL' }],
  ['kill -TERM $$', { state: 'error', signal: 'SIGTERM' }],
  ['kill -SEGV $$', { state: 'failed', signal: 'SIGSEGV' }],
  ['sh -c "kill -ABRT \\$\\$"; exit $?', { state: 'failed', code: 134 }],
  ['if then', { state: 'failed', code: 2 }],
])('`%s` is %o: only what the check did itself counts against a tree', async (command, expected) => {
  const given = input(command);
  writeFileSync(join(given.slot.dir, 'not-executable'), 'x');
  expect(await run(given)).toMatchObject(expected);
});

test('a check that could not be started is an error, and an earlier verdict is not taken for its own', async () => {
  const given = input('true');
  await run(given);
  rmSync(given.slot.dir, { recursive: true });
  expect(await run(given)).toMatchObject({ state: 'error', why: expect.stringContaining('ENOENT') });
  expect(await readVerdict(given.verdictFile)).toMatchObject({ state: 'error' });
  expect(await readVerdict(join(root, 'nowhere'))).toBeUndefined();
  writeFileSync(given.verdictFile, '{"id":"ck-1","state":"pas');
  expect(await readVerdict(given.verdictFile)).toBeUndefined();
});

test('a full disk under the log is an error, and ends the check', async () => {
  const given = input('while :; do echo more || exit 3; done', { logFile: '/dev/full' });
  expect(await run(given)).toMatchObject({ state: 'error', why: expect.stringContaining('ENOSPC') });
  expect(await holders([`GT_RUN_ID=${given.id}`])).toEqual([]);
});

test('a verdict that cannot be kept, or a killer that fails, is never taken for a good end', async () => {
  const unkept = input('true', { verdictFile: join(root, 'no', 'such', 'folder', 'v.json') });
  expect(await run(unkept)).toMatchObject({ state: 'error', why: expect.stringContaining('could not be kept') });
  const broken = () => Promise.reject(new Error('no /proc'));
  expect(await runCheck({ now, killTree: broken, env: process.env }, input('true'))).toMatchObject({ left: 1 });
});

test('a check out of time is killed within two seconds, also one that ignores TERM, with all its children', async () => {
  const given = input('trap "" TERM; setsid sleep 600 & (setsid sh -c "trap \\"\\" TERM; sleep 600" &) ; sleep 600', {
    timeoutMs: 300,
  });
  const graces: number[] = [];
  const counted: typeof killTree = (asked) => {
    graces.push(asked.graceMs);
    return killTree(asked);
  };
  const verdict = await runCheck({ now, killTree: counted, env: process.env }, given);
  expect(verdict).toMatchObject({ state: 'timed_out', left: 0 });
  expect(verdict.endedAt - verdict.startedAt).toBeGreaterThanOrEqual(given.timeoutMs);
  expect(graces).toEqual([expect.any(Number)]);
  expect(graces[0]).toBeLessThan(2000);
  expect(await holders([`GT_RUN_ID=${given.id}`])).toEqual([]);
});

test('a check that passed leaves no daemon behind, and none keeps its output open', async () => {
  const given = input('setsid sleep 600 & (setsid sh -c "sleep 600 & wait" &) ; echo started');
  expect(await run(given)).toMatchObject({ state: 'passed', tail: 'started\n', left: 0 });
  expect(await holders([`GT_RUN_ID=${given.id}`])).toEqual([]);
});

test('a daemon that stripped its environment and holds the output open cannot hold the verdict', async () => {
  const pidFile = join(root, 'stranger');
  const given = input(
    `env -i setsid sh -c 'echo $$ > ${pidFile}; exec sleep 600' & while ! test -s ${pidFile}; do :; done; echo started`,
  );
  const blind = () => Promise.resolve({ left: [] });
  try {
    expect(await runCheck({ now, killTree: blind, env: process.env }, given)).toMatchObject({
      state: 'passed',
      tail: 'started\n',
    });
  } finally {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  }
});

test('a check that is called off is killed, is an error and leaves no verdict', async () => {
  const abort = new AbortController();
  const given = input('echo here > started; sleep 600', { signal: abort.signal });
  const running = run(given);
  await appears(join(given.slot.dir, 'started'));
  abort.abort();
  expect(await running).toMatchObject({ state: 'error', why: 'aborted', left: 0 });
  expect(await readVerdict(given.verdictFile)).toBeUndefined();
  expect(await run({ ...given, id: `${given.id}b` })).toMatchObject({ state: 'error', why: 'aborted' });
});

test('a check sees nothing of the environment that gt runs in, and has a home of its own', async () => {
  const env = {
    PATH: process.env['PATH'],
    SECRET: 'x',
    GIT_DIR: '/nowhere',
    GIT_INDEX_FILE: '/nowhere/i',
    GT_SESSION: 's',
    HOME: '/root',
    NODE_OPTIONS: '--nothing',
  };
  const given = input('env; ! read line', { extra: { DATABASE_URL: 'db', GIT_DIR: '/evil', HOME: '/evil', GT_RUN_ID: 'x' } });
  const verdict = await run(given, env);
  const seen = new Map(
    verdict.tail
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  );
  const { scratch } = given.slot;
  expect(verdict.state).toBe('passed');
  expect(Object.fromEntries(seen)).toMatchObject({
    CI: '1',
    TZ: 'UTC',
    DATABASE_URL: 'db',
    HOME: join(scratch, 'home'),
    TMPDIR: join(scratch, 'tmp'),
    GT_SLOT: '3',
    PORT_BASE: '20300',
  });
  expect(Object.fromEntries(seen)).toMatchObject({
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GT_RUN_ID: given.id,
    GT_WORKER: 'tt.7',
  });
  expect(['SECRET', 'GIT_DIR', 'GIT_INDEX_FILE', 'GT_SESSION', 'NODE_OPTIONS'].filter((name) => seen.has(name))).toEqual([]);
  expect(statSync(join(scratch, 'tmp')).isDirectory()).toBe(true);
});

test('what a check leaves in its temporary folder is gone at the next one; its home and caches stay', async () => {
  const given = input('test ! -e "$TMPDIR/x" && : > "$TMPDIR/x" && echo hit >> "$HOME/x" && wc -l < "$HOME/x"');
  expect(await run(given)).toMatchObject({ state: 'passed' });
  expect(await run(given)).toMatchObject({ state: 'passed', tail: expect.stringMatching(/^\s*2\n$/) });
});

test('a check that writes 40 MB of log leaves the last 5 to 10 MB, and a line that says how much was dropped', async () => {
  const given = input('head -c 40000000 /dev/zero | tr "\\0" x; echo; echo the end');
  expect(await run(given)).toMatchObject({ state: 'passed', tail: expect.stringMatching(/x\nthe end\n$/) });
  const { size } = statSync(given.logFile);
  expect([size > 5_000_000, size < 10 * 1024 * 1024 + 100]).toEqual([true, true]);
  const log = readFileSync(given.logFile, 'utf8');
  const dropped = Number(/^\[the first (\d+) bytes were dropped\]\n/.exec(log)?.[1]);
  expect(dropped + log.length - log.indexOf('\n') - 1).toBe(40_000_000 + '\nthe end\n'.length);
  expect(log.endsWith('x\nthe end\n')).toBe(true);
});

test('a check that holds a port does not hold it for the next one', async () => {
  const given = input(
    `trap "exit 0" USR2; ${process.execPath} -e 'require("node:net").createServer().listen(process.env.PORT_BASE, "127.0.0.1", () => process.kill(process.ppid, "SIGUSR2"))' & wait; wait`,
  );
  expect(await run(given)).toMatchObject({ state: 'passed', left: 0 });
  const refused = await new Promise<boolean>((resolve) =>
    connect(20_300, '127.0.0.1', () => resolve(false)).on('error', () => resolve(true)),
  );
  expect(refused).toBe(true);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(20_300, '127.0.0.1', resolve));
  server.close();
});
