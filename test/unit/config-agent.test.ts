import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isRefusal } from '#core/refusals';
import { rigLayout, townLayout } from '#world/config/layout';
import { makeTown } from '#world/config/make-town';
import { call } from '../support/cli.ts';

let root: string;
beforeEach(() => {
  root = join(realpathSync(mkdtempSync(join(tmpdir(), 'gt-'))), 'town');
  const made = makeTown({ root, name: 'town', now: 0 });
  if (isRefusal(made)) throw new Error(made.refused);
});
afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }));

const gt = (...words: string[]) => call(['config', ...words], { cwd: root, env: { PATH: '/nowhere', HOME: root } });
const value = async (...words: string[]) => {
  const { exit, out, err } = await gt(...words, '--json');
  if (exit !== 0) throw new Error(err);
  return JSON.parse(out);
};
const refusal = async (...words: string[]) => JSON.parse((await gt(...words, '--json')).err);
const kinds = async () =>
  Object.fromEntries((await value('agent', 'list')).map((one: Record<string, unknown>) => [one['name'], one['kind']]));
const file = () => JSON.parse(readFileSync(townLayout(root).agentsFile, 'utf8'));

test('agents are listed as built-in, overridden or custom', async () => {
  await gt('agent', 'set', 'claude', 'claude-opus');
  await gt('agent', 'set', 'claude-glm', 'claude-glm --model glm-4');
  expect(await kinds()).toMatchObject({ codex: 'built-in', claude: 'overridden', 'claude-glm': 'custom', shell: 'built-in' });
  const { out } = await gt('agent', 'list');
  expect(out).toMatch(/claude \*\s+overridden\s+missing\s+claude-opus/);
  expect(out).toMatch(/claude-glm\s+custom\s+missing\s+claude-glm --model glm-4/);
});

test('who sets an agent of which nothing is known is told what that means, and what to say instead', async () => {
  const set = async (...words: string[]) => (await gt('agent', 'set', ...words)).out;
  expect(await set('claude-glm', 'claude-glm --model glm-4')).toMatch(/No hooks, no screen and no resume.*--like <agent>/);
  for (const words of [
    ['claude-glm', 'claude-glm', '--like', 'claude'],
    ['claude', 'claude-opus'],
    ['fast', '/opt/claude'],
  ])
    expect(await set(...words)).not.toContain('--like');
});

test('setting writes command and args, and keeps what else the file says', async () => {
  const agents = { mine: { command: 'x', resume_flag: '--go' } };
  writeFileSync(townLayout(root).agentsFile, JSON.stringify({ version: 1, note: 'kept', agents }));
  const set = await value('agent', 'set', 'mine', 'KEY=v mine "two words"');
  expect(set).toMatchObject({ kind: 'custom', preset: { args: ['two words'], session: { resume: ['--go', '{id}'] } } });
  expect(file()).toEqual({
    version: 1,
    note: 'kept',
    agents: { mine: { command: 'mine', args: ['two words'], env: { KEY: 'v' }, resume_flag: '--go' } },
  });
});

test('an agent that is like another one has all of it but its command', async () => {
  expect(await value('agent', 'set', 'glm', 'claude-glm', '--like', 'claude')).toMatchObject({
    like: 'claude',
    preset: { command: 'claude-glm', autonomous: ['--dangerously-skip-permissions'] },
  });
  expect(await value('agent', 'set', 'fast', '/opt/claude --model haiku')).toMatchObject({ like: 'claude' });
  expect(await refusal('agent', 'set', 'bad', 'x', '--like', 'nobody')).toMatchObject({ refused: 'SETTINGS_INVALID' });
  expect(file().agents).not.toHaveProperty('bad');
});

test('removing what was set over a built-in agent restores it; a plain built-in is refused', async () => {
  await gt('agent', 'set', 'claude', 'claude-opus');
  expect(await value('agent', 'remove', 'claude')).toEqual({ removed: 'claude', restored: true, wasDefault: false });
  expect(await value('agent', 'get', 'claude')).toMatchObject({ kind: 'built-in', preset: { command: 'claude' } });
  expect(await refusal('agent', 'remove', 'claude')).toMatchObject({ refused: 'AGENT_BUILT_IN', exit: 1 });
  await gt('agent', 'set', 'mine', 'mine');
  expect(await value('agent', 'remove', 'mine')).toMatchObject({ removed: 'mine', restored: false });
  expect(await refusal('agent', 'remove', 'mine')).toMatchObject({ refused: 'AGENT_UNKNOWN', exit: 3 });
});

test('an agent that is defined elsewhere is removed there', async () => {
  mkdirSync(townLayout(root).presets, { recursive: true });
  writeFileSync(join(townLayout(root).presets, 'tinker.json'), '{ "command": "tinker" }');
  expect(await refusal('agent', 'remove', 'tinker')).toMatchObject({
    refused: 'USAGE',
    try: `Take it out of ${join(townLayout(root).presets, 'tinker.json')}.`,
  });
});

test('an unknown agent is answered with the nearest', async () => {
  expect(await refusal('agent', 'get', 'cladue')).toMatchObject({ try: expect.stringMatching(/^Did you mean `claude`/) });
  expect(await refusal('default-agent', 'nosuch')).toMatchObject({ refused: 'AGENT_UNKNOWN' });
});

test('the default agent is shown, set, and marked', async () => {
  expect(await value('default-agent')).toMatchObject({ agent: 'claude', setIn: null, found: false });
  writeFileSync(townLayout(root).settingsFile, JSON.stringify({ max_polecats: 2, default_agent: 'pi' }));
  expect(await value('default-agent')).toMatchObject({ agent: 'pi', setIn: townLayout(root).settingsFile });
  await gt('default-agent', 'codex');
  expect(JSON.parse(readFileSync(townLayout(root).settingsFile, 'utf8'))).toEqual({ max_polecats: 2, agent: 'codex' });
  const { out } = await gt('default-agent');
  expect(out).toMatch(/^codex .*\nIts program is not there\. Install it: `npm install -g @openai\/codex`\.\n$/);
  expect(await value('agent', 'get', 'codex')).toMatchObject({ isDefault: true });
});

test('whose agent it is, and who says so, is explained', async () => {
  expect(await value('agent', 'explain')).toMatchObject({ agent: 'claude', decidedBy: 'built-in', found: false });
  writeFileSync(townLayout(root).settingsFile, JSON.stringify({ agent: 'codex', role_agents: { polecat: { env: { A: '1' } } } }));
  expect(await value('agent', 'explain')).toMatchObject({ agent: 'codex', decidedBy: 'town', fields: { env: { A: '1' } } });
  const rig = rigLayout(root, 'shop');
  mkdirSync(join(rig.rig, 'settings'), { recursive: true });
  writeFileSync(rig.rigFile, JSON.stringify({ type: 'rig', version: 1, name: 'shop', git_url: '/s', beads: { prefix: 'sh' } }));
  writeFileSync(rig.settingsFile, JSON.stringify({ agent: 'mine', agents: { mine: { command: 'in-settings' } } }));
  writeFileSync(rig.agentsFile, JSON.stringify({ version: 1, agents: { mine: { command: 'of-the-rig' } } }));
  const { out } = await gt('agent', 'explain', '--rig', 'shop');
  expect(out.split('\n')).toEqual(
    expect.arrayContaining([
      'mine: named by the rig.',
      'The built-in names claude, which is weaker.',
      `Defined in settings, ${rig.agentsFile}.`,
      expect.stringContaining('`of-the-rig`'),
    ]),
  );
  writeFileSync(rig.agentsFile, '{');
  expect(await refusal('agent', 'explain', '--rig', 'shop')).toMatchObject({
    refused: 'SETTINGS_INVALID',
    says: expect.stringContaining(rig.agentsFile),
  });
});

test('a definition that is wrong is named with its file and all of its faults', async () => {
  writeFileSync(townLayout(root).agentsFile, JSON.stringify({ version: 1, agents: { mine: { comand: 'x' } } }));
  expect((await refusal('agent', 'get', 'mine')).says).toMatch(/agents\.json: agent `mine`: .*`command`.*unknown key `comand`/);
});
