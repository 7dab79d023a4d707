import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hiding } from '#core/context-files';
import { noteIs, refineryNote, setRefineryNote, writeCloneNote } from '#world/agents/context-notes';
import { shippedPresets } from '#world/agents/presets';
import { provision } from '#world/agents/provision';
import { rigLayout, townLayout } from '#world/config/layout';
import { dropRig, makeRig, type Rig, sh, write } from '../support/repo.ts';

/** A repository with agent files of its own, for every program that gt knows. */
const THEIRS = Object.fromEntries(
  [
    '.claude/settings.json',
    '.claude/agents/one.md',
    'CLAUDE.md',
    'CLAUDE.local.md',
    'AGENTS.md',
    'GEMINI.md',
    'QWEN.md',
    '.mcp.json',
    'opencode.json',
  ]
    .concat([
      '.codex/config.toml',
      '.gemini/settings.json',
      '.qwen/settings.json',
      '.opencode/plugin/x.js',
      '.cursor/rules',
      '.pi/x',
      '.augment/x',
    ])
    .concat(['.github/hooks/x.json', '.github/copilot-instructions.md', '.github/workflows/ci.yml'])
    .map((name) => [name, 'theirs\n']),
);
const presets = shippedPresets().map(({ name, preset }) => [name, preset] as const);

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig({ 'a.txt': 'a\n', ...THEIRS });
});
afterAll(() => dropRig(rig));

const tree = (dir: string, ref = 'HEAD') => sh(dir, 'ls-tree', '-r', '--name-only', ref).split('\n');
const hiddenBy = (dir: string) => Object.keys(THEIRS).filter((name) => !existsSync(join(dir, name)));

/** What may be done with all that is there, and what came of it beside the one file that the agent wrote. */
async function allWays(dir: string): Promise<void> {
  const before = tree(dir);
  const wholes: string[] = [];
  write(dir, { 'mine.txt': '1\n' });
  const ref = `refs/gt/snap/${sh(dir, 'rev-parse', '--abbrev-ref', 'HEAD').trim()}`;
  wholes.push((await rig.git.snapshot({ repo: rig.repo, dir, ref, message: 's' })) ?? '');
  expect((await rig.git.facts(dir)).dirty).toEqual(['mine.txt']);
  sh(dir, 'stash', '-q', '-u');
  expect(sh(dir, 'show', '--name-status', '--format=', 'stash@{0}').trim()).toBe('');
  expect(sh(dir, 'show', '--name-only', '--format=', 'stash@{0}^3').trim()).toBe('mine.txt');
  sh(dir, 'stash', 'pop', '-q');
  sh(dir, 'add', '-A');
  sh(dir, 'commit', '-q', '-m', 'one');
  wholes.push('HEAD');
  write(dir, { 'mine.txt': '2\n' });
  sh(dir, 'commit', '-q', '-a', '-m', 'two');
  expect(sh(dir, 'diff', '--name-status', 'HEAD~1', 'HEAD').trim()).toBe('M\tmine.txt');
  for (const whole of wholes) expect(tree(dir, whole)).toEqual([...before, 'mine.txt'].sort());
  expect(sh(dir, 'status', '--porcelain').trim()).toBe('');
}

test.each(presets)(
  'what gt writes for %s is in no commit, stash or snapshot, and what it hides is deleted in none',
  async (name, preset) => {
    const home = join(rig.root, 'polecats');
    const dir = join(home, `${name}/rig`);
    await rig.git.addWorktree({ repo: rig.repo, dir, branch: `p-${name}`, at: rig.base, sparse: hiding(preset.hides) });
    const places = {
      home,
      config: join(rig.root, '.runtime/agents', name),
      root: rig.root,
      worktree: dir,
      runner: '/r',
      gt: '/gt',
    };
    for (const template of ['autonomous', 'interactive'] as const)
      await provision({ preset, places, autonomous: true, hooks: true, template });
    expect(hiddenBy(dir)).toEqual(expect.arrayContaining(['.claude/settings.json', 'CLAUDE.md', 'CLAUDE.local.md', '.mcp.json']));
    expect(existsSync(join(dir, '.github/workflows/ci.yml'))).toBe(true);
    await allWays(dir);
  },
);

test('the refinery’s CLAUDE.md is there while an agent sits in it, is nobody’s change, and goes with the agent', async () => {
  const layout = rigLayout(rig.root, 'shop');
  const town = townLayout(rig.root);
  const set = (wanted: boolean) => setRefineryNote(town, 'home', 'shop', wanted);
  await set(true); // No worktree yet: nothing to write to.
  await rig.git.addWorktree({ repo: rig.repo, dir: layout.refinery, branch: 'refinery', at: rig.base, sparse: hiding() });
  await set(true);
  expect(readFileSync(refineryNote(layout), 'utf8')).toMatch(/^<!-- Written by gt [\s\S]*You are the refinery of rig shop/);
  await allWays(layout.refinery);
  await set(false);
  expect(noteIs(refineryNote(layout))).toBe('absent');
  writeFileSync(refineryNote(layout), 'mine');
  await set(true);
  await set(false);
  expect(readFileSync(refineryNote(layout), 'utf8')).toBe('mine');
});

test('the mayor’s clone of a rig has one where the repository has none, and its git does not see it', async () => {
  const plain = join(rig.root, 'plain');
  mkdirSync(plain);
  for (const words of [
    ['init', '-q', '-b', 'main'],
    ['commit', '-q', '--allow-empty', '-m', 'first'],
  ])
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], { cwd: plain });
  const [own, others] = ['plainer', 'theirs'].map((name) => rigLayout(rig.root, name));
  if (!own || !others) throw new Error('no layouts');
  for (const [layout, from] of [
    [own, plain],
    [others, rig.origin],
  ] as const) {
    mkdirSync(dirname(layout.mayorClone), { recursive: true });
    execFileSync('git', ['clone', '-q', from, layout.mayorClone]);
  }
  await writeCloneNote('plainer', own);
  await writeCloneNote('plainer', own);
  await writeCloneNote('theirs', others);
  await writeCloneNote('nowhere', rigLayout(rig.root, 'nowhere'));
  expect(noteIs(join(own.mayorClone, 'CLAUDE.md'))).toBe('ours');
  expect(sh(own.mayorClone, 'status', '--porcelain').trim()).toBe('');
  expect(readFileSync(join(own.mayorClone, '.git/info/exclude'), 'utf8').match(/^\/CLAUDE\.md$/gm)).toHaveLength(1);
  expect(readFileSync(join(others.mayorClone, 'CLAUDE.md'), 'utf8')).toBe('theirs\n');
  expect(sh(others.mayorClone, 'status', '--porcelain').trim()).toBe('');
});
