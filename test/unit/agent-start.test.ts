import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentStart } from '#core/agent-start';
import { presetFile } from '#core/preset';
import type { Run, Work } from '#core/records';
import { isRefusal } from '#core/refusals';
import { systemDefaults } from '#core/settings';
import { launch } from '#world/agents/launch';
import { shippedPresets } from '#world/agents/presets';
import { rigLayout, townLayout } from '#world/config/layout';
import { makeTown } from '#world/config/make-town';
import type { Rig } from '#world/world';

let root: string;
beforeEach(() => {
  root = join(realpathSync(mkdtempSync(join(tmpdir(), 'gt-'))), 'town');
  const made = makeTown({ root, name: 'town', now: 0 });
  if (isRefusal(made)) throw new Error(made.refused);
});
afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }));

const preset = (name: string) => {
  const found = shippedPresets().find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.preset;
};
const places = { config: '/c', home: '/h', root: '/r', worktree: '/w "x"', id: 'ID', fork: 'FORK', runner: '/run.sh', gt: '/gt' };
const words = (name: string, mode: 'fresh' | 'resume' | 'fork', more: object = {}) =>
  agentStart(preset(name), { mode, autonomous: true, hooks: true, places, prompt: '[hi]', ...more });

test('claude begins, resumes and forks conversations of our ids', () => {
  const flags = ['claude', '--dangerously-skip-permissions', '--settings', '/h/.claude/settings.json'];
  expect(words('claude', 'fresh')).toMatchObject({ argv: [...flags, '--session-id', 'ID', '[hi]'], ownId: true });
  expect(words('claude', 'resume')?.argv).toEqual([...flags, '--resume', 'ID', '[hi]']);
  expect(words('claude', 'fork')?.argv).toEqual([...flags, '--resume', 'ID', '--fork-session', '--session-id', 'FORK', '[hi]']);
  expect(words('claude', 'fresh', { asRoot: true })?.env).toMatchObject({ CLAUDE_CONFIG_DIR: '/c', IS_SANDBOX: '1' });
  expect(words('claude', 'fresh')?.env).not.toHaveProperty('IS_SANDBOX');
});

test('codex has its subcommand first, and its worktree trusted by a word', () => {
  const start = words('codex', 'resume');
  expect(start?.argv.slice(0, 3)).toEqual(['codex', 'resume', 'ID']);
  expect(start?.argv).toContain('projects={"/w \\"x\\""={trust_level="trusted"}}');
  expect(start?.argv.slice(-2)).toEqual(['--dangerously-bypass-hook-trust', '[hi]']);
  expect(words('codex', 'fresh', { hooks: false })?.argv).not.toContain('--dangerously-bypass-hook-trust');
  expect(words('codex', 'fresh')).toMatchObject({ ownId: false });
});

test('a prompt is a word, behind a flag, or typed, as the program and the way of its start need it', () => {
  expect(words('gemini', 'fresh')?.argv.slice(-2)).toEqual(['-i', '[hi]']);
  expect(words('opencode', 'fresh')?.argv.slice(-2)).toEqual(['--prompt', '[hi]']);
  expect(words('opencode', 'resume')).toMatchObject({ argv: ['opencode', '--session', 'ID'], typed: '[hi]' });
  expect(words('amp', 'resume')).toMatchObject({ argv: ['amp', 'threads', 'continue', 'ID'], typed: '[hi]' });
  expect(words('shell', 'fresh')).toEqual({ argv: ['/bin/sh', '/run.sh'], env: {}, ownId: false });
  expect(words('gemini', 'fork')).toBeUndefined();
});

test('a prompt that is no argument is typed', () => {
  expect(words('claude', 'fresh', { prompt: '-x' })).toMatchObject({ typed: '-x' });
  expect(words('claude', 'fresh', { prompt: '€'.repeat(50_000) })?.argv.at(-1)).toBe('ID');
  expect(words('claude', 'fresh', { prompt: '€'.repeat(40_000) })).not.toHaveProperty('typed');
});

test('what a preset leaves out has its default', () => {
  expect(presetFile.parse({ command: 'x' })).toMatchObject({
    evidence: 'docs',
    prompt: { how: 'positional' },
    submit: { enter_after_ms: 150, more_enters: 2 },
    terminal: { bracketed_paste: true },
  });
});

/** What a town needs to start a run of this agent. */
function ground(agent: string, programs: readonly string[]) {
  const layout = townLayout(root);
  const bin = join(root, '..', 'programs');
  mkdirSync(bin);
  for (const name of programs) {
    writeFileSync(join(bin, name), '#!/bin/sh\n');
    chmodSync(join(bin, name), 0o755);
  }
  const paths = rigLayout(root, 'shop');
  const rig: Rig = {
    name: 'shop',
    file: { type: 'rig', version: 1, name: 'shop', git_url: '/shop', beads: { prefix: 'sh' } },
    layout: paths,
    settings: {
      ...systemDefaults({ freeMemoryBytes: 8e9, cores: 4 }),
      agent,
      role_agents: { polecat: { env: { FROM_ROLE: '1' } } },
    },
    repo: paths.repo,
    target: 'main',
    checks: { spec: '0', commands: [] },
  };
  const run = {
    id: 'sh-1.r1',
    work: 'sh-1',
    rig: 'shop',
    name: 'nux',
    agent,
    attempt: 1,
    dir: paths.polecat('nux'),
    grantedAt: 0,
    session: { id: 'sh-1.r1.s1', token: 'tt.sh-1.r1.s1.00112233445566778899', at: 0 },
  } as unknown as Run;
  const work = { id: 'sh-1', title: 'Sell apples', rig: 'shop' } as Work;
  const on = { layout, env: { PATH: bin, GT_SECRET: 'x' }, bin: '/x/gt', email: 'o@x' };
  const launched = (more: object = {}, text: Record<string, string> = {}) =>
    launch({ ...run, session: { ...run.session, ...more } } as Run, work, rig, text, on);
  return { launched, start: async () => (await launched()).request, run };
}

test('a made-up program is added by one data file: words, environment and files as it says', async () => {
  const data = {
    command: 'tinker',
    args: ['--plain'],
    autonomous: ['--yes'],
    env: { TINKER_UPDATES: 'off' },
    prompt: { how: 'flag', flag: '--say' },
    session: { own: ['--id', '{id}'], resume: ['--id', '{id}'] },
    config: { variables: { TINKER_HOME: '{config}' } },
    files: [
      { path: '{config}/tinker.toml', merge: 'toml-append', content: { welcome: false, trust: { root: '{root}' } } },
      { path: '{home}/.tinker/rules.json', merge: 'json-merge', when: 'autonomous', content: { dirs: { '{worktree}': 'ok' } } },
      { path: '{config}/asked.txt', merge: 'keep', when: 'interactive', content: ['never'] },
    ],
  };
  mkdirSync(townLayout(root).presets, { recursive: true });
  writeFileSync(join(townLayout(root).presets, 'tinker.json'), JSON.stringify(data));
  const { start, run } = ground('tinker', ['tinker']);
  const request = await start();
  const config = townLayout(root).agentConfig('tinker');
  const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(request.argv.slice(0, -1)).toEqual(['tinker', '--plain', '--yes', '--id', uuid, '--say']);
  expect(request.argv.at(-1)).toMatch(
    /^\[GAS TOWN\] shop\/polecats\/nux <- gt • 1970-01-01T00:00 • assigned:sh-1\n[\s\S]*Sell apples/,
  );
  expect(request.env).toMatchObject({ TINKER_UPDATES: 'off', TINKER_HOME: config, FROM_ROLE: '1', GT_AGENT: 'tinker' });
  expect(request.env).not.toHaveProperty('GT_SECRET');
  expect(readFileSync(join(config, 'tinker.toml'), 'utf8')).toBe(`welcome = false\n\n[trust]\nroot = "${root}"\n`);
  const rules = join(rigLayout(root, 'shop').polecatsFolder, '.tinker/rules.json');
  expect(JSON.parse(readFileSync(rules, 'utf8'))).toEqual({ dirs: { [run.dir]: 'ok' } });
  expect(existsSync(join(config, 'asked.txt'))).toBe(false);
  expect((await start()).argv).toEqual(request.argv);
});

test('a session says before it starts which conversation it leads, and never asks for an id twice', async () => {
  const { launched } = ground('claude', ['claude']);
  const first = await launched();
  expect(first.noted).toMatchObject({ starts: 1, mode: 'fresh', conversation: expect.any(String) });
  expect(first.request.argv).toContain(first.noted?.conversation);
  // Prepared again after a crash, noted again by books that were cut back: other ids.
  const ids = [first, await launched({ starts: 1 }), await launched({ at: 1 })].map(({ noted }) => noted?.conversation);
  expect(new Set(ids).size).toBe(3);
});

test('a conversation that may go on is resumed and told what happened; any other session is a fresh one that is told too', async () => {
  const { launched } = ground('claude', ['claude']);
  const before = { ended: 'exit code 7', goesOn: true, conversation: 'C-1' };
  const resumed = await launched({ before });
  expect(resumed.noted).toMatchObject({ mode: 'resume', conversation: 'C-1' });
  expect(resumed.request.argv.slice(-3, -1)).toEqual(['--resume', 'C-1']);
  expect(resumed.request.argv.at(-1)).toMatch(
    /^\[GAS TOWN\] .* resumed:sh-1\n[\s\S]*ended \(exit code 7\)[\s\S]*Go on with sh-1/,
  );
  const fresh = await launched({ before: { ...before, goesOn: false } });
  expect(fresh.noted).toMatchObject({ mode: 'fresh', conversation: expect.not.stringMatching('C-1') });
  expect(fresh.request.argv.at(-1)).toContain('An earlier session of yours ended (exit code 7)');
});

test('a prompt that is typed is short, and names the file with the whole assignment', async () => {
  const { launched } = ground('amp', ['amp']);
  const { noted, request } = await launched({}, { description: 'x'.repeat(5000), notes: 'mind the gap' });
  const file = /stands in (\S+): read/.exec(noted?.typed ?? '')?.[1] ?? '';
  expect(noted?.typed?.length).toBeLessThan(2000);
  expect(readFileSync(file, 'utf8')).toBe(`${'x'.repeat(5000)}\n\n## notes\nmind the gap`);
  expect(request.argv).toEqual(['amp']);
});

test('an assignment that no argument could hold goes to a file, too', async () => {
  const { launched } = ground('claude', ['claude']);
  const prompt = async (description: string) => (await launched({}, { description })).request.argv.at(-1) ?? '';
  expect(await prompt(`${'é'.repeat(29_999)}`)).toContain('é'.repeat(29_999));
  const long = await prompt('é'.repeat(30_001));
  expect(long.length).toBeLessThan(2000);
  expect(readFileSync(/stands in (\S+): read/.exec(long)?.[1] ?? '', 'utf8')).toBe('é'.repeat(30_001));
});

test('a start without its program, or of an agent that nobody knows, is refused with what to do', async () => {
  const { start } = ground('codex', []);
  await expect(start()).rejects.toMatchObject({
    refusal: { refused: 'AGENT_MISSING', facts: { command: 'codex', hint: 'Install it: `npm install -g @openai/codex`.' } },
  });
  rmSync(join(root, '..', 'programs'), { recursive: true });
  await expect(ground('codx', []).start()).rejects.toMatchObject({
    refusal: { refused: 'AGENT_UNKNOWN', facts: { hint: expect.stringContaining('`codex`') } },
  });
});
