import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProtoStep } from '#core/formula/proto';
import { explain, isRefusal } from '#core/refusals';
import { cookWith } from '#world/formulas/cook-with';
import { ledgerOf, replay, told } from '../support/hanoi.ts';
import { cleanEnv, commit, sh as git, write } from '../support/repo.ts';
import { files } from '../support/shipped.ts';

let root: string;
beforeEach(() => {
  // Whatever stands in a path must come out of the shell as it went in.
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gt formulas "$HOME" ')));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function stepsOf(name: string, vars: Record<string, string>): readonly ProtoStep[] {
  const dish = cookWith(files, { name, vars });
  if (isRefusal(dish)) throw new Error(explain(dish).says);
  return dish.plan.steps;
}

/** Runs a command as a step does. */
const shell = (command = 'exit 99', cwd = root) => spawnSync('sh', ['-c', command], { cwd, env: cleanEnv(), encoding: 'utf8' });

/** The same, several at once; answers their exit codes. */
const atOnce = (command: string, times: number): Promise<Array<number | null>> =>
  Promise.all(
    Array.from(
      { length: times },
      () =>
        new Promise<number | null>((resolve, reject) => {
          const child = spawn('sh', ['-c', command], { cwd: root, stdio: 'ignore' });
          child.once('error', reject);
          child.once('close', resolve);
        }),
    ),
  );

describe('the towers of Hanoi', () => {
  const tower = () => stepsOf('towers-of-hanoi-3', { ledger: join(root, 'ledger') });
  const ledger = () => ledgerOf(readFileSync(join(root, 'ledger'), 'utf8'));

  test('the commands, each run twice, write a ledger that replays to the solved tower', () => {
    const steps = tower();
    for (const { exec } of steps) {
      expect(shell(exec?.done_if).status).not.toBe(0);
      for (const _ of [1, 2]) expect(shell(exec?.run)).toMatchObject({ status: 0, stderr: '' });
      expect(shell(exec?.done_if).status).toBe(0);
    }
    const lines = ledger();
    expect(lines.map(({ id }) => id)).toEqual(steps.map(({ step }) => step));
    lines.forEach(({ before, after }, at) => {
      expect(before).toBe(told(replay(3, lines.slice(0, at)).pegs));
      expect(after).toBe(told(replay(3, lines.slice(0, at + 1)).pegs));
    });
    expect(lines.at(-1)?.after).toBe('//3,2,1');
  });

  test('the same move by many at once is written once', async () => {
    for (const { exec } of tower()) expect(await atOnce(exec?.run ?? '', 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(ledger()).toHaveLength(7);
    expect(ledger().at(-1)?.after).toBe('//3,2,1');
  });

  test('a move out of its turn is refused, and writes nothing', () => {
    const [first, second, , fourth] = tower();
    const refused = (says: string) => ({ status: 1, stderr: expect.stringContaining(says) });
    expect(shell(second?.exec?.run)).toMatchObject(refused('tower.1.2: disc 2 cannot go from A to B of 3,2,1//'));
    shell(first?.exec?.run);
    expect(shell(fourth?.exec?.run)).toMatchObject(refused('tower.2: disc 3 cannot go from A to C of 3,2//1'));
    expect(ledger()).toHaveLength(1);
  });
});

describe('commands of shipped formulas', () => {
  const GIVEN = { issue: 'sh-4kx', feature: 'Greet', idea: 'Greet', rig: 'shop', version: '1.2.3', ledger: '/tmp/ledger' };

  test('are all good shell', () => {
    let seen = 0;
    // The towers differ in their number of moves alone; an aspect and expansions come with what they stand in.
    for (const name of files.names().filter((one) => !/^move-|hanoi-(7|8|9|10)$|security-audit/.test(one))) {
      const dish = cookWith(files, { name, vars: GIVEN });
      if (isRefusal(dish)) throw new Error(explain(dish).says);
      for (const { exec, id } of dish.plan.steps)
        for (const command of [exec?.run, exec?.done_if, exec?.check])
          if (command !== undefined) {
            seen++;
            expect([id, spawnSync('sh', ['-n', '-c', command], { encoding: 'utf8' }).stderr]).toEqual([id, '']);
          }
    }
    expect(seen).toBeGreaterThan(30);
  });

  /** A repository with a bare one as its origin. */
  function repository(): string {
    const dir = join(root, 'work');
    git(root, 'init', '-q', '--bare', 'origin.git');
    git(root, 'init', '-q', '-b', 'main', 'work');
    git(dir, 'remote', 'add', 'origin', join(root, 'origin.git'));
    commit(dir, { 'greet.txt': 'hello\n' });
    return dir;
  }

  test('a step of polecat work may not be closed over what is not committed', () => {
    const dir = repository();
    const check = (id: string) =>
      shell(stepsOf('mol-polecat-work', GIVEN).find(({ step }) => step === id)?.exec?.check, dir).status === 0;
    expect(['branch', 'implement', 'test', 'commit', 'clean-up', 'prepare', 'submit'].filter((id) => !check(id))).toEqual([]);
    write(dir, { 'new.txt': '' });
    expect(['commit', 'clean-up', 'prepare', 'submit'].filter((id) => !check(id))).toEqual(['clean-up', 'prepare', 'submit']);
    write(dir, { 'greet.txt': 'hola\n' });
    expect(check('commit')).toBe(false);
    git(dir, 'checkout', '-q', '--detach');
    expect(check('branch')).toBe(false);
  });

  test("the tests are gt's to run, when it has been told how", () => {
    const check = (test_command: string) =>
      shell(stepsOf('mol-polecat-work', { ...GIVEN, test_command }).find(({ step }) => step === 'test')?.exec?.check).status;
    expect([check(''), check('true'), check('false'), check('exit 3; true')]).toEqual([0, 0, 1, 3]);
  });

  test('a conflict is not resolved while a path is unmerged, the merge open, or a marker left', () => {
    const dir = repository();
    const resolved = () =>
      shell(stepsOf('mol-conflict-resolve', GIVEN).find(({ step }) => step === 'resolve')?.exec?.check, dir).status === 0;
    git(dir, 'checkout', '-q', '-b', 'mine');
    commit(dir, { 'greet.txt': 'hola\n' });
    git(dir, 'checkout', '-q', 'main');
    commit(dir, { 'greet.txt': 'bonjour\n' });
    git(dir, 'checkout', '-q', 'mine');
    expect(resolved()).toBe(true);
    expect(() => git(dir, 'merge', '-q', 'main')).toThrow();
    expect(resolved()).toBe(false);
    const marked = readFileSync(join(dir, 'greet.txt'), 'utf8');
    git(dir, 'add', '-A');
    expect(resolved()).toBe(false);
    git(dir, 'commit', '-q', '-m', 'merged, marks and all');
    expect([resolved(), marked.includes('<<<<<<<')]).toEqual([false, true]);
    commit(dir, { 'greet.txt': 'hola, bonjour\n' });
    expect(resolved()).toBe(true);
  });

  test.each([
    ['in a worktree', 'worktree'],
    ["in the rig's folder", 'town/shop'],
  ])('a release %s is tagged and pushed once, says that it is, and refuses a version that is taken', (_, folder) => {
    const work = repository();
    const dir = join(root, folder);
    if (folder === 'worktree') git(work, 'worktree', 'add', '-q', dir);
    else {
      // The town is a repository too, and is not what is released.
      git(root, 'init', '-q', '-b', 'main', 'town');
      commit(join(root, 'town'), { 'town.json': '{}' });
      git(root, 'clone', '-q', '--bare', 'work', 'town/shop/.repo.git');
      git(join(dir, '.repo.git'), 'remote', 'set-url', 'origin', join(root, 'origin.git'));
    }
    const steps = stepsOf('release', GIVEN);
    const exec = (id: string) => steps.find(({ step, kind }) => step === id && kind === 'step')?.exec;
    expect(shell(exec('free')?.run, dir).status).toBe(0);
    for (const id of ['tag', 'push-tag']) {
      expect([id, shell(exec(id)?.done_if, dir).status]).not.toEqual([id, 0]);
      expect([id, shell(exec(id)?.run, dir).status]).toEqual([id, 0]);
      expect([id, shell(exec(id)?.done_if, dir).status]).toEqual([id, 0]);
    }
    const landed = git(work, 'rev-parse', 'main');
    expect(git(join(root, 'origin.git'), 'rev-parse', 'v1.2.3^{commit}')).toBe(landed);
    expect(shell(exec('free')?.run, dir)).toMatchObject({ status: 1, stderr: expect.stringContaining('choose another version') });
    const repo = folder === 'worktree' ? work : join(dir, '.repo.git');
    git(repo, 'tag', '-d', 'v1.2.3');
    expect(shell(exec('free')?.run, dir)).toMatchObject({ status: 1, stderr: expect.stringContaining('origin has v1.2.3') });
    if (folder !== 'worktree') expect(git(join(root, 'town'), 'tag')).toBe('');
  });

  test('the tag of a Go release is pushed once, and is done when the workflow has begun with it', () => {
    const dir = repository();
    const bin = join(root, 'bin');
    // Says the run that stands in a file, if it is asked for that of the tag.
    const gh =
      '#!/bin/sh\ncase "$*" in *"--workflow release.yml --branch v1.2.3"*) cat "$(dirname "$0")/run";; *) exit 9;; esac\n';
    write(bin, { gh, run: '' });
    spawnSync('chmod', ['+x', join(bin, 'gh')]);
    const exec = stepsOf('beads-release', { version: '1.2.3' }).find(
      ({ step, kind }) => step === 'create-tag' && kind === 'step',
    )?.exec;
    const withGh = (command = '') => shell(`PATH="$(dirname "$PWD")/bin:$PATH"; export PATH\n${command}`, dir);
    expect(withGh(exec?.done_if).status).toBe(1);
    git(dir, 'tag', 'v1.2.3');
    git(dir, 'push', '-q', 'origin', 'v1.2.3');
    expect(withGh(exec?.done_if).status).toBe(1);
    write(bin, { run: 'https://example.org/runs/7\n' });
    expect(withGh(exec?.done_if).status).toBe(0);
    expect(withGh(exec?.run)).toMatchObject({ status: 0, stdout: 'https://example.org/runs/7\n' });
    const begun = stepsOf('release', GIVEN).find(({ step }) => step === 'build-begun')?.exec;
    expect(withGh(begun?.run)).toMatchObject({ status: 0, stdout: 'https://example.org/runs/7\n' });
  });

  test('a version that would be more than a version is refused before anything runs', () => {
    for (const version of ['1.2', 'v1.2.3', '1.2.3"; touch x; "', '1.2.3\n1']) {
      expect(isRefusal(cookWith(files, { name: 'release', vars: { ...GIVEN, version } }))).toBe(true);
    }
    expect(isRefusal(cookWith(files, { name: 'towers-of-hanoi-3', vars: { ledger: "/tmp/'; touch x; '" } }))).toBe(true);
  });

  test('binaries of a release are built for each platform beside the repository, with their digests', () => {
    const dir = repository();
    const bin = join(root, 'bin');
    const go = '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho "$GOOS $GOARCH" > "$2"\n';
    write(bin, { go });
    spawnSync('chmod', ['+x', join(bin, 'go')]);
    const vars = { version: '1.2.3', platforms: 'linux/amd64 windows/amd64' };
    const run = stepsOf('beads-release', vars).find(({ step }) => step === 'build-binaries')?.exec?.run;
    // The second time over what the first has left.
    for (const _ of [1, 2])
      expect(shell(`PATH="$(dirname "$PWD")/bin:$PATH"; export PATH\n${run}`, dir)).toMatchObject({ status: 0, stderr: '' });
    const digests = readFileSync(join(dir, '.git/release/1.2.3/SHA256SUMS'), 'utf8');
    expect(digests.split('\n').map((line) => line.split(/\s+/)[1])).toEqual(['linux-amd64', 'windows-amd64.exe', undefined]);
    writeFileSync(join(bin, 'go'), '#!/bin/sh\nexit 7\n');
    expect(shell(`PATH="$(dirname "$PWD")/bin:$PATH"; export PATH\n${run}`, dir).status).toBe(7);
    expect(git(dir, 'status', '--porcelain')).toBe('');
  });
});
