import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Run } from '#core/records';
import { TrialTown } from '../../src/trials/trial-town.ts';
import { fingerprint } from '../support/fingerprint.ts';

/** What `gt done` will not take: each is told in a line, and changes nothing. */
let town: TrialTown;
const WAITS = '```sh\nwhile [ ! -e "$GT_ROOT/gate" ]; do sleep 0.1; done\n```\n';

beforeAll(async () => {
  town = new TrialTown();
  await town.gt(['install', town.root]);
  writeFileSync(
    join(town.root, 'settings/config.json'),
    JSON.stringify({ agent: 'shell', dashboard: { port: 0 }, merge_queue: { max_checks_retries: 0 } }),
  );
  expect((await town.gt(['up'])).exit).toBe(0);
  const source = await town.repository('alpha', { 'a.txt': 'a\n' });
  expect((await town.gt(['rig', 'add', 'alpha', '--path', source, '--test-command', 'test ! -e bad'])).exit).toBe(0);
});

afterAll(async () => {
  expect((await town.end()).exit).toBe(0);
});

/** A run whose agent waits, so that the test can speak with its token. */
async function waiting(title: string, block = WAITS): Promise<Run> {
  const { id } = await town.ask<{ id: string }>(['work', 'create', title, '--rig', 'alpha', '-d', block]);
  await town.gt(['sling', id]);
  return atWork(id, 1);
}

const atWork = (id: string, n: number): Promise<Run> =>
  town.until(`${id}.r${n} at work`, async () => {
    const run = await town.read('run', `${id}.r${n}`);
    return run?.session?.ackedAt && run.session.pid ? run : undefined;
  });

const done = (run: Run) => town.gt(['done'], { cwd: run.dir, env: { GT_SESSION: run.session?.token ?? '' } });

async function refused(run: Run, code: number, says: RegExp): Promise<void> {
  const before = await fingerprint(town);
  const { exit, err } = await done(run);
  expect({ exit, err }).toEqual({ exit: code, err: expect.stringMatching(says) });
  expect(err.trimEnd().split('\n')).toHaveLength(2);
  expect(await fingerprint(town)).toBe(before);
}

test('a branch without a commit, and a worktree with changes, are not handed in', async () => {
  const run = await waiting('Nothing yet');
  await refused(run, 1, /no commit of its own/);
  writeFileSync(join(run.dir, 'new.txt'), 'new\n');
  await refused(run, 1, /not committed: new\.txt/);
});

test('a missing branch is told, with how to make it again', async () => {
  const run = await waiting('Lost branch');
  await town.git(run.dir, ['checkout', '-q', '--detach']);
  await town.git(run.dir, ['branch', '-q', '-D', run.branch ?? '']);
  await refused(run, 1, /is missing[\s\S]*git branch/);
  await town.git(run.dir, ['checkout', '-q', '-b', run.branch ?? '']);
});

test('work that came back is not taken again as it was', async () => {
  const block = '```sh\ntouch bad\ngit add -A\ngit commit -qm bad\n```\n';
  const again = WAITS.replace('```sh', '```sh rework');
  const { id } = await town.ask<{ id: string }>(['work', 'create', 'Comes back', '--rig', 'alpha', '-d', block + again]);
  await town.gt(['sling', id]);
  await town.event('merge.returned', (event) => event.data['work'] === id);
  const run = await atWork(id, 2);
  await refused(run, 1, /as it was when it came back \(the checks failed\)/);
  rmSync(join(run.dir, 'bad'));
  await town.git(run.dir, ['commit', '-q', '-a', '-m', 'Mend it']);
  expect((await done(run)).exit).toBe(0);
  await town.event('merge.landed', (event) => event.data['work'] === id);
});

test('a call without a session, or with one that never was, is refused', async () => {
  const { exit, err } = await town.gt(['done']);
  expect({ exit, err }).toEqual({ exit: 2, err: expect.stringContaining('GT_SESSION') });
  const never = await town.gt(['done'], { env: { GT_SESSION: `${town.id}.al-zzz.r1.s1.${'0'.repeat(32)}` } });
  expect({ exit: never.exit, err: never.err }).toEqual({ exit: 4, err: expect.stringContaining('is over') });
});
