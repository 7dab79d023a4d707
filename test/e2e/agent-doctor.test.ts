import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
let id: string;
let dir: string;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true', {
    'README.md': '# a\n',
    'CLAUDE.md': 'obey',
    '.claude/settings.json': '{}',
    'AGENTS.md': 'obey',
  });
  id = await town.work('alpha', `${town.counts('go')}\n${commits('a')}`);
  ({ dir } = await town.running(id));
});
afterAll(() => town?.close());

type Check = { id: string; ok: boolean; found: string; mend: string | null };
const look = async (...words: string[]) => {
  const { out } = await town.gt(['doctor', '--json', ...words]);
  const checks = (JSON.parse(out) as { checks: Check[] }).checks;
  return (name: string) => checks.find((one) => one.id === name) as Check;
};
const shown = () => ['CLAUDE.md', '.claude', 'AGENTS.md'].filter((name) => existsSync(join(dir, name)));

test('a polecat is well: what would speak to its agent is hidden, and its environment is the one it was given', async () => {
  const check = await look();
  expect(check('context-files alpha')).toMatchObject({ ok: true, found: '1 worktrees' });
  expect(check('env-vars')).toMatchObject({ ok: true, found: '1 sessions' });
  expect(shown()).toEqual(['AGENTS.md']);
});

test('a worktree that shows the context files of its repository is found, and mended without harm to what is in it', async () => {
  await town.git(dir, ['sparse-checkout', 'disable']);
  writeFileSync(join(dir, 'mine.txt'), 'm');
  const ill = (await look())('context-files alpha');
  expect(ill).toMatchObject({ ok: false, found: expect.stringContaining('show the repository') });
  expect(shown()).toHaveLength(3);
  expect((await look('--fix'))('context-files alpha')).toMatchObject({ ok: true, found: expect.stringContaining('mended') });
  expect(shown()).toEqual(['AGENTS.md']);
  expect(await town.git(dir, ['status', '--porcelain'])).toBe('?? mine.txt');
  expect((await look())('context-files alpha')).toMatchObject({ ok: true });
});

test('a repository that lost the setting by which its worktrees have settings of their own gets it back', async () => {
  await town.git(town.repo('alpha'), ['config', '--unset', 'extensions.worktreeConfig']);
  expect((await look())('context-files alpha')).toMatchObject({ ok: false });
  expect((await look('--fix'))('context-files alpha')).toMatchObject({ ok: true });
  expect(shown()).toEqual(['AGENTS.md']);
});

test('a rig may keep its context files for its agents', async () => {
  const file = join(town.root, 'alpha/settings/config.json');
  writeFileSync(file, JSON.stringify({ keep_context_files: true, merge_queue: { check: 'true' } }));
  expect((await look())('context-files alpha')).toMatchObject({ ok: false });
  await look('--fix');
  expect(shown()).toHaveLength(3);
  const kept = await town.work('alpha', `test -e CLAUDE.md\n${commits('kept')}`);
  await town.landed(kept);
  expect(await town.show('alpha', 'CLAUDE.md')).toBe('obey');
});

test('a session whose environment is no longer what it would be given is found, with what was expected', async () => {
  const file = join(town.root, 'alpha/settings/config.json');
  await town.git(town.repo('alpha'), ['branch', 'trunk', 'main']);
  writeFileSync(file, JSON.stringify({ merge_queue: { check: 'true', target_branch: 'trunk' } }));
  const { ok, found } = (await look())('env-vars');
  const which = `${id}.r1: another GT_TARGET (expected "trunk")`;
  expect({ ok, found }).toEqual({ ok: false, found: `Found 1 env var mismatch(es) across 1 session(s): ${which}` });
});

test('a file of agents that cannot be read, and an agent that nobody defines, are found where they are written', async () => {
  expect((await look())('agents')).toMatchObject({ ok: true });
  const files = { 'settings/agents.json': '{broken', 'settings/presets/made.json': '{"title": 3}' };
  for (const [name, text] of Object.entries(files)) {
    const path = join(town.root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    expect((await look())('agents')).toMatchObject({ ok: false, found: expect.stringContaining(path) });
    rmSync(path);
  }
  const file = join(town.root, 'alpha/settings/config.json');
  const before = readFileSync(file);
  writeFileSync(file, JSON.stringify({ agent: 'nobody', merge_queue: { check: 'true' } }));
  expect((await look())('agents alpha')).toMatchObject({ ok: false, found: expect.stringContaining('nobody') });
  writeFileSync(file, before);
  expect((await look())('agents alpha')).toMatchObject({ ok: true });
});

test('what a person wrote for agents and is wrong, what all of them would obey, and what is gone of gt’s, are found', async () => {
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(town.root, name)), { recursive: true });
    writeFileSync(join(town.root, name), text);
  };
  const names = ['prompts', 'inherited', 'claude-md', 'agent-settings'];
  const well = await look();
  for (const name of names) expect(well(name)).toMatchObject({ ok: true });
  const mayors = join(town.root, 'mayor/CLAUDE.md');
  expect(readFileSync(mayors, 'utf8')).toContain('You are the mayor of the town');
  write('alpha/prompt-overlays/polecat.md', 'On {{brnch}}.');
  write('CLAUDE.md', 'obey');
  write('alpha/.claude/settings.json', '{}');
  rmSync(mayors);
  const ill = await look();
  expect(ill('prompts')).toMatchObject({
    ok: false,
    found: 'alpha/prompt-overlays/polecat.md: unknown variable {{brnch}}',
    mend: expect.stringMatching(/Did you mean \{\{branch\}\}.*Agents start without this file/),
  });
  expect(ill('inherited')).toMatchObject({ ok: false, found: expect.stringContaining('CLAUDE.md, alpha/.claude/settings.json') });
  expect(ill('claude-md')).toMatchObject({ ok: false, found: 'mayor/CLAUDE.md is missing' });
  expect((await look('--fix'))('claude-md')).toMatchObject({ ok: true, found: expect.stringContaining('mended') });
  expect(readFileSync(mayors, 'utf8')).toContain('You are the mayor of the town');
  // Changed by a person, it is theirs.
  writeFileSync(mayors, 'mine');
  expect((await look('--fix'))('claude-md')).toMatchObject({ ok: true });
  expect(readFileSync(mayors, 'utf8')).toBe('mine');
});

test('settings of a role that are gone, also where nobody works, are found and put back; what a person wrote there stays', async () => {
  const file = (name: string) => join(town.root, name);
  expect((await look())('role-settings')).toMatchObject({ ok: true });
  const gone = ['deacon/.claude/settings.json', 'alpha/crew/.claude/settings.json', 'alpha/polecats/.claude/settings.json'];
  const before = gone.map((name) => readFileSync(file(name), 'utf8'));
  for (const name of gone) rmSync(file(name));
  writeFileSync(file('mayor/.claude/settings.json'), '{"mine":1}');
  expect((await look())('role-settings')).toMatchObject({
    ok: false,
    found: `missing: ${gone.join(', ')}`,
    mend: 'Mend it: `gt doctor --fix`.',
  });
  expect(gone.filter((name) => existsSync(file(name)))).toEqual([]);
  expect((await look('--fix'))('role-settings')).toMatchObject({ ok: true, found: `mended: ${gone.join(', ')}` });
  expect((await look())('role-settings')).toMatchObject({ ok: true });
  expect(gone.map((name) => readFileSync(file(name), 'utf8'))).toEqual(before);
  expect(readFileSync(file('mayor/.claude/settings.json'), 'utf8')).toBe('{"mine":1}');
});

test('a secret that was cut short is found, drawn anew at the next start and told; who lives by then is named, and heard on', async () => {
  const secret = join(town.root, '.runtime/secret');
  const { session } = await town.running(id);
  const well = await look();
  expect([well('secret').ok, well('tokens').ok]).toEqual([true, true]);
  writeFileSync(secret, readFileSync(secret, 'utf8').slice(0, 20));
  expect((await look())('secret')).toMatchObject({ ok: false, found: expect.stringContaining('damaged') });
  await town.kill('worker');
  const log = join(town.root, '.runtime/logs/worker.log');
  await town.until('the line of a new secret', async () => readFileSync(log, 'utf8').includes('secret was lost, and a new one'));
  const ill = await look();
  expect(ill('secret')).toMatchObject({ ok: true });
  expect(ill('tokens')).toMatchObject({ ok: false, found: expect.stringContaining(session.id) });
  expect(JSON.stringify(ill('tokens'))).not.toContain(session.token);
  const hook = (GT_SESSION: string) => town.gt(['hook', '--json'], { env: { GT_SESSION } });
  expect(await hook(session.token)).toMatchObject({ exit: 0 });
  const { exit, err } = await hook(session.token.replace(/.{4}$/, (end) => (end === '0000' ? '1111' : '0000')));
  expect([exit, JSON.parse(err).refused]).toEqual([4, 'TOKEN_UNKNOWN']);
});
