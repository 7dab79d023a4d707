import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCheck } from '#world/checks/run';
import { makeGit } from '#world/git/make';
import { killTree } from '#world/processes/kill';
import { bornOf, isAlive } from '#world/processes/scan';
import { commit, dropRig, makeRig, now, type Rig } from '../support/repo.ts';
import { until } from '../support/until.ts';

/** What a worker does beside books and host, when another one takes over in the middle of it. */

let rig: Rig;
let dir: string;
beforeAll(async () => {
  rig = await makeRig({ 'a.txt': 'one\n' });
  dir = mkdtempSync(join(tmpdir(), 'gt-overtaken-'));
});
afterAll(async () => {
  await dropRig(rig);
  rmSync(dir, { recursive: true, force: true });
});

const over = () => Promise.reject(new Error('overtaken'));
/** A fence that is asked `times` times in vain. */
const overAfter = (times: number) => {
  let left = times;
  return async () => (left-- > 0 ? undefined : over());
};

/** A process that carries a token. */
function bearer(token: string) {
  const [name = '', value] = token.split('=');
  const child = spawn('sleep', ['600'], { env: { PATH: process.env['PATH'], [name]: value }, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const being = { pid, born: bornOf(pid) ?? '' };
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { being, end };
}

test('a kill that has been overtaken touches nobody', async () => {
  const token = `GT_SESSION=overtaken${process.pid}.a`;
  const { being, end } = bearer(token);
  try {
    for (const graceMs of [0, 1000])
      await expect(killTree({ tokens: [token], graceMs, fence: over })).rejects.toThrow('overtaken');
    expect(isAlive(being.pid, being.born)).toBe(true);
  } finally {
    await end();
  }
});

test('a kill that is overtaken between two looks leaves alone whoever began after the first', async () => {
  const token = `GT_SESSION=overtaken${process.pid}.b`;
  const before = bearer(token);
  let after: ReturnType<typeof bearer> | undefined;
  let looks = 0;
  const fence = async () => {
    // Its first look finds whom to kill; after its second one it may.
    if (++looks > 2) await over();
    if (looks === 2) after = bearer(token);
  };
  try {
    await expect(killTree({ tokens: [token], graceMs: 0, fence })).rejects.toThrow('overtaken');
    await until('the end of the first', () => !isAlive(before.being.pid, before.being.born));
    expect(isAlive(after?.being.pid ?? 0, after?.being.born ?? '')).toBe(true);
  } finally {
    await before.end();
    await after?.end();
  }
});

test('git of a worker that has been overtaken takes no worktree away, whenever that was', async () => {
  const place = { repo: rig.repo, dir: join(rig.root, 'polecats', 'o', 'rig'), branch: 'polecat/o', at: rig.base };
  await rig.git.addWorktree(place);
  const head = commit(place.dir, { mine: 'yes' });
  let passed = 0;
  for (let times = 0; existsSync(place.dir); times++) {
    const git = makeGit({ now, fence: overAfter(times) });
    const removed = await git.removeWorktree(place).then(
      () => true,
      (fault: Error) => fault.message !== 'overtaken',
    );
    if (!removed && existsSync(place.dir)) expect(await rig.git.facts(place.dir)).toMatchObject({ head, dirty: [] });
    passed = times;
  }
  expect(passed).toBeGreaterThan(0);
});

test('git of a worker that has been overtaken begins no command', async () => {
  const git = makeGit({ now, fence: over });
  await expect(git.pin(rig.repo, 'refs/gt/o', rig.base)).rejects.toThrow('overtaken');
  expect(await rig.git.resolve(rig.repo, 'refs/gt/o')).toBeUndefined();
});

test('a check whose worker has been overtaken leaves no verdict, and one that would begin then does not run', async () => {
  const slot = { dir: join(dir, 'tree'), scratch: join(dir, 'scratch'), number: 1 };
  mkdirSync(slot.dir, { recursive: true });
  const [verdictFile, ran] = [join(dir, 'verdict.json'), join(dir, 'ran')];
  const input = { id: `ck-${process.pid}`, slot, command: `: > '${ran}'; exit 1`, worker: 'tt.7', timeoutMs: 60_000 };
  const check = (times: number) =>
    runCheck({ now, killTree, fence: overAfter(times) }, { ...input, logFile: join(dir, 'log'), verdictFile });
  await expect(check(0)).rejects.toThrow('overtaken');
  expect(existsSync(ran)).toBe(false);
  await expect(check(1)).rejects.toThrow('overtaken');
  expect([existsSync(ran), existsSync(verdictFile)]).toEqual([true, false]);
  expect(await check(2)).toMatchObject({ state: 'failed' });
  expect(existsSync(verdictFile)).toBe(true);
});
