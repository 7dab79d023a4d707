import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Run, Work } from '#core/records';
import { isRefusal } from '#core/refusals';
import { systemDefaults } from '#core/settings';
import { launch } from '#world/agents/launch';
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

/** What a town needs to start a run of this agent. */
function ground(agent: string, programs: readonly string[], env: Record<string, string> = {}) {
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
  const on = { layout, env: { PATH: bin, GT_SECRET: 'x', ...env }, bin: '/x/gt', email: 'o@x' };
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
  const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
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

test('a key that the worker has reaches the agent, and its program asks nobody whether to use it', async () => {
  const key = `sk-${'k'.repeat(20)}`;
  const { start } = ground('claude', ['claude'], { ANTHROPIC_API_KEY: key });
  expect((await start()).env).toMatchObject({ ANTHROPIC_API_KEY: key });
  const file = JSON.parse(readFileSync(join(townLayout(root).agentConfig('claude'), '.claude.json'), 'utf8'));
  expect(file.customApiKeyResponses.approved).toEqual([key.slice(-20)]);
});

test('a session says before it starts which conversation it leads, and never asks for an id twice', async () => {
  const { launched } = ground('claude', ['claude']);
  const first = await launched();
  expect(first.noted).toMatchObject({ starts: 1, mode: 'fresh', conversation: expect.any(String) });
  expect(first.request.argv).toContain(first.noted.conversation);
  // Prepared again after a crash, noted again by books that were cut back: other ids.
  const ids = [first, await launched({ starts: 1 }), await launched({ at: 1 })].map(({ noted }) => noted.conversation);
  expect(new Set(ids).size).toBe(3);
});

test('a conversation that may go on is resumed and told what happened; any other session is a fresh one that is told too', async () => {
  const { launched } = ground('claude', ['claude']);
  const before = { ended: 'exit code 7', goesOn: true, at: 0, conversation: 'C-1' };
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

test('a resumed program that takes no prompt beside its conversation has it typed', async () => {
  const { launched } = ground('opencode', ['opencode']);
  const { noted, request } = await launched({ before: { ended: 'signal 9', goesOn: true, at: 0, conversation: 'ses_1' } });
  expect(request.argv).toEqual(['opencode', '--session', 'ses_1']);
  expect(noted).toMatchObject({ startupMs: expect.any(Number) });
  expect(noted).toMatchObject({
    mode: 'resume',
    conversation: 'ses_1',
    typed: expect.stringMatching(/^\[GAS TOWN\] .* resumed:sh-1\n/),
  });
});

test('a conversation that nobody told is found where its program wrote it down: the last one of this directory, since then', async () => {
  const { launched, run } = ground('pi', ['pi']);
  const before = { ended: 'signal 9', goesOn: true, at: 5000 };
  const talk = (n: number, cwd: string, seconds: number) => {
    const id = `00000000-0000-0000-0000-00000000000${n}`;
    const folder = join(townLayout(root).agentConfig('pi'), 'sessions', '--somewhere--');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `2026_${id}.jsonl`), `${JSON.stringify({ type: 'session', id, cwd })}\n`);
    utimesSync(join(folder, `2026_${id}.jsonl`), seconds, seconds);
    return id;
  };
  const resumed = async () => (await launched({ before })).noted.conversation;
  talk(1, run.dir, 4);
  expect(await resumed()).toBeUndefined();
  talk(2, run.dir, 6);
  const last = talk(3, run.dir, 7);
  talk(4, `${run.dir}-2`, 8);
  expect(await resumed()).toBe(last);
  expect((await launched({ before: { ...before, goesOn: false } })).noted.conversation).toBeUndefined();
});

test('a polecat has every variable of Gas Town and of gtr, those of hooks, and none of another town', async () => {
  const { request } = await ground('gemini', ['gemini']).launched();
  const paths = rigLayout(root, 'shop');
  const actor = 'shop/polecats/nux';
  const { env } = request;
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => /^(GT|GTR|BD|BEADS|GIT)_/.test(name)));
  expect(own).toEqual({
    GT_ROLE: 'polecat',
    GT_ROOT: root,
    GT_RIG: 'shop',
    GT_POLECAT: 'nux',
    GT_AGENT: 'gemini',
    GT_WORK_ITEM: 'sh-1',
    GT_ATTEMPT: '1',
    GT_SESSION: 'tt.sh-1.r1.s1.00112233445566778899',
    GT_BIN: '/x/gt',
    GT_TARGET: 'main',
    GT_WORKTREE: paths.polecat('nux'),
    GT_HOOK_FORM: 'json',
    GT_PRIME_AT: 'start',
    GT_STOP_BLOCKS: '1',
    BD_ACTOR: actor,
    BEADS_DIR: paths.beads,
    BEADS_AGENT_NAME: actor,
    BEADS_NO_DAEMON: '1',
    GTR_AGENT: actor,
    GTR_ROLE: 'polecat',
    GTR_RIG: 'shop',
    GTR_ROOT: root,
    GTR_WORK_ITEM: 'sh-1',
    GIT_AUTHOR_NAME: actor,
    GIT_AUTHOR_EMAIL: 'o@x',
    GIT_COMMITTER_NAME: actor,
    GIT_COMMITTER_EMAIL: 'o@x',
  });
  expect(env['PATH']?.split(':')[0]).toBe('/x');
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
