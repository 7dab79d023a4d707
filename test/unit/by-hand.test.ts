import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { localHooks, startWords } from '#core/by-hand';
import { isByHand, removeSelf, selfHere, writeSelf } from '#world/agents/by-hand';
import { hookEnvironment } from '#world/agents/environment';
import { inWorktrees } from '#world/agents/lay-out';
import { shippedPresets } from '#world/agents/presets';
import { readText } from '#world/config/json-file';
import { townLayout } from '#world/config/layout';
import { aRun } from '../support/records.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'gt-self-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;

/** A worktree with its own git directory in a town, and the variables of a session there. */
function worktree() {
  made++;
  const town = join(root, String(made));
  const dir = join(town, 'shop/polecats/toast/rig');
  const admin = join(town, 'shop/.repo.git/worktrees/rig');
  mkdirSync(join(dir, 'deep/er'), { recursive: true });
  mkdirSync(admin, { recursive: true });
  writeFileSync(join(dir, '.git'), `gitdir: ${admin}\n`);
  const self = {
    GT_SESSION: 't1.sh-a.r1.s1.0123456789abcdef',
    GT_ROOT: town,
    GT_WORKTREE: dir,
    BD_ACTOR: 'shop/polecats/toast',
    GT_HOOK_FORM: 'json',
  };
  return { town, dir, admin, self };
}

test('in and below a worktree that was laid out, and through a link to it, a call has the variables of its session', () => {
  const { dir, self, town } = worktree();
  writeSelf(dir, self);
  symlinkSync(dir, join(town, 'link'));
  for (const cwd of [dir, join(dir, 'deep/er'), join(town, 'link')])
    expect(selfHere({ HOME: '/h' }, cwd)).toEqual({ HOME: '/h', ...self });
  expect(isByHand(join(dir, 'deep'))).toBe(true);
  removeSelf(dir);
  expect(selfHere({ HOME: '/h' }, dir)).toEqual({ HOME: '/h' });
});

test('a token in the environment wins, and so does another town that is named there; what runs beside a session is not its word; a hook that says its form keeps it', () => {
  const { dir, self, town } = worktree();
  writeSelf(dir, self);
  const token = { GT_SESSION: 'mine', BD_ACTOR: 'me' };
  expect(selfHere(token, dir)).toBe(token);
  const beside = { GT_RUN_ID: 'capture.1' };
  expect(selfHere(beside, dir)).toBe(beside);
  const other = { GT_TOWN_ROOT: worktree().town };
  expect(selfHere(other, dir)).toBe(other);
  expect(selfHere({ GT_TOWN_ROOT: town }, dir)['GT_SESSION']).toBe(self.GT_SESSION);
  expect(selfHere({ GT_HOOK_FORM: 'text' }, dir)).toEqual({ ...self, GT_HOOK_FORM: 'text' });
});

test('nobody is spoken for in a copy, a repository of its own, beside the worktree, by a file that others can read, or with variables of git', () => {
  const { dir, self, town, admin } = worktree();
  writeSelf(dir, self);
  const copy = join(town, 'copy');
  cpSync(dir, copy, { recursive: true });
  mkdirSync(join(dir, 'inner/.git'), { recursive: true });
  for (const cwd of [copy, join(dir, 'inner'), join(dir, '..'), join(town, 'nowhere')])
    expect([cwd, selfHere({}, cwd)]).toEqual([cwd, {}]);
  writeSelf(dir, { ...self, GIT_SSH_COMMAND: 'touch here', PATH: '/evil', NODE_OPTIONS: '--require evil' });
  expect(selfHere({ PATH: '/bin' }, dir)).toEqual({ PATH: '/bin', ...self });
  chmodSync(join(admin, 'gt-session.json'), 0o644);
  expect(selfHere({}, dir)).toEqual({});
  writeSelf(dir, { ...self, GT_ROOT: join(root, 'elsewhere') });
  expect(selfHere({}, dir)).toEqual({});
});

const presetOf = (name: string) => {
  const found = shippedPresets().find((one) => one.name === name);
  if (!found) throw new Error(`no preset ${name}`);
  return found.preset;
};

test('hooks in a directory find gt without a variable, and say their form themselves; no hook of a program calls gt in another way', () => {
  const claude = presetOf('claude');
  const hooks = localHooks(claude, hookEnvironment(claude), { gt: '/town/.runtime/bin/gt', home: '/h', config: '/c' });
  const text = JSON.stringify(hooks);
  const calls = text.match(/GT_BIN/g)?.length ?? 0;
  expect(calls).toBeGreaterThan(7);
  expect(text.match(/GT_STOP_BLOCKS=1 \\"\$\{GT_BIN:-\/town\/\.runtime\/bin\/gt\}\\"/g)).toHaveLength(calls);
  expect(localHooks(presetOf('shell'), {}, {})).toBeUndefined();
});

test('what a person types leads a program to hooks that it does not find by itself', () => {
  const places = { home: '/town/shop/polecats', config: '/a b' };
  const claude = presetOf('claude');
  expect(startWords(claude, true, places)).toBe('claude');
  expect(startWords(claude, false, places)).toBe(
    "CLAUDE_CONFIG_DIR='/a b' claude --settings /town/shop/polecats/.claude/settings.json",
  );
  expect(startWords(presetOf('codex'), false, places)).toMatch(/^CODEX_HOME='\/a b' codex /);
  expect(startWords(presetOf('shell'), false, places)).toBe('gt hook');
});

test("where gt starts the agents again, what was laid out is taken away, and what the person's program wrote beside it stays", async () => {
  const { takeAway } = inWorktrees({ layout: townLayout(root), env: {}, bin: '/gt', email: 'a@b.c' });
  const ours = { hooks: { Stop: [{ hooks: [{ type: 'command', command: `"\${GT_BIN:-/gt}" signal stop || :` }] }] } };
  for (const [theirs, left] of [
    [{}, undefined],
    [{ permissions: { allow: ['Bash(ls:*)'] } }, { permissions: { allow: ['Bash(ls:*)'] } }],
  ]) {
    const { dir, self } = worktree();
    const file = join(dir, '.claude/settings.local.json');
    mkdirSync(join(dir, '.claude'));
    writeFileSync(file, JSON.stringify({ ...theirs, ...ours }));
    const run = aRun('sh-a.r2', { dir });
    await takeAway(run);
    expect(readText(file)).toContain('GT_BIN'); // nobody was laid out there: the file is not ours
    writeSelf(dir, self);
    await takeAway(run);
    expect(readText(file)).toBe(left && `${JSON.stringify(left, null, 2)}\n`);
    expect(selfHere({}, dir)).toEqual({});
  }
});
