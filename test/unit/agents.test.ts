import { expect, test } from 'vitest';
import { agentKind, type Definitions, defineAgent } from '#core/agent-definitions';
import { agentLayers, explainResolution, resolveAgent } from '#core/agents';

const NAMES = { flag: 'f', work: 'w', worker: 'k', role: 'o', rig: 'r', town: 't' } as const;
type Named = keyof typeof NAMES;

test('the strongest layer that names an agent decides, in the order flag, work, worker, role, rig, town, built-in', () => {
  const order: readonly Named[] = ['flag', 'work', 'worker', 'role', 'rig', 'town'];
  for (const [index, layer] of order.entries()) {
    const layers = order.slice(index).map((one) => ({ layer: one, agent: NAMES[one] }));
    expect(resolveAgent(layers)).toMatchObject({ agent: NAMES[layer], decidedBy: layer });
  }
  expect(resolveAgent([{ layer: 'flag' }])).toMatchObject({ agent: 'claude', decidedBy: 'built-in', fields: {} });
});

test('what a layer says holds for the agent that holds there', () => {
  const layers = [
    { layer: 'town', agent: 'claude', fields: { args: ['--town'], env: { A: '1' } } },
    { layer: 'role', fields: { args: ['--role'] } },
    { layer: 'work', agent: 'claude' },
  ] as const;
  expect(resolveAgent(layers)).toMatchObject({
    fields: { args: ['--role'], env: { A: '1' } },
    saidBy: { args: 'role', env: 'town' },
  });
  expect(resolveAgent([...layers, { layer: 'flag', agent: 'codex' }])).toMatchObject({ agent: 'codex', fields: {}, saidBy: {} });
});

test('it is told which layer decided, and what was passed over', () => {
  const resolution = resolveAgent([
    { layer: 'town', agent: 'codex' },
    { layer: 'worker', agent: 'pi', fields: { args: [] } },
  ]);
  expect(explainResolution(resolution)).toEqual([
    'pi: named by the worker.',
    'The town names codex, which is weaker.',
    'The built-in names claude, which is weaker.',
    '`args` is said by the worker.',
  ]);
});

test('settings name agents for roles and workers, plainly or with more', () => {
  const settings = { agent: 'claude', role_agents: { polecat: 'codex' }, worker_agents: { nux: { args: ['-m', 'x'] } } };
  expect(resolveAgent(agentLayers({ worker: 'nux', role: 'polecat', settings }))).toMatchObject({
    agent: 'codex',
    decidedBy: 'role',
    fields: { args: ['-m', 'x'] },
  });
  expect(resolveAgent(agentLayers({ worker: 'constructor', role: 'crew', settings }))).toMatchObject({ agent: 'claude' });
});

const places = (...over: Definitions['agents'][]): Definitions[] => [
  {
    source: 'built-in',
    agents: { claude: { command: 'claude', autonomous: ['-y'], session: { resume: ['--resume', '{id}'] } } },
  },
  ...over.map((agents, index) => ({ source: `place ${index + 1}`, agents })),
];

test('an agent is built in, overridden, or custom', () => {
  const all = places({ claude: { args: ['x'] } }, { mine: { command: 'mine' } });
  expect(['claude', 'mine', 'other'].map((name) => agentKind(name, all))).toEqual(['overridden', 'custom', undefined]);
  expect(agentKind('claude', places())).toBe('built-in');
});

test('places are joined key by key, lists replaced, and what the layers of a start say comes last', () => {
  const defined = defineAgent(
    'claude',
    places({ claude: { command: 'claude-opus', args: ['a'] } }, { claude: { args: ['b'] } }),
    {
      env: { A: '1' },
    },
  );
  expect(defined).toMatchObject({
    kind: 'overridden',
    sources: ['built-in', 'place 1', 'place 2'],
    preset: { command: 'claude-opus', args: ['b'], autonomous: ['-y'], env: { A: '1' } },
  });
});

test('an agent may be like another one', () => {
  const glm = { 'claude-glm': { command: 'claude-glm', like: 'claude' } };
  expect(defineAgent('claude-glm', places(glm))).toMatchObject({
    like: 'claude',
    preset: { command: 'claude-glm', autonomous: ['-y'] },
  });
  expect(defineAgent('a', places({ a: { like: 'b' }, b: { like: 'a' } }))).toMatchObject({
    faults: ['`like` leads back to `a`'],
  });
  expect(defineAgent('a', places({ a: { like: 'nobody' } }))).toMatchObject({ faults: ['`like` names no agent: nobody'] });
});

test('agents of older towns are read', () => {
  const seeds = {
    opencode: {
      command: 'opencode',
      args: [],
      resume_flag: '--session',
      resume_style: 'flag',
      non_interactive: { subcommand: 'run', output_flag: '--format json' },
    },
    amp: { command: 'amp', resume_flag: 'threads continue', resume_style: 'subcommand', prompt_mode: 'none', ready_delay_ms: 5 },
  };
  expect(defineAgent('opencode', places(seeds))).toMatchObject({
    preset: {
      session: { resume: ['--session', '{id}'], place: 'last' },
      headless: { words: ['run'], json: ['--format', 'json'] },
    },
  });
  expect(defineAgent('amp', places(seeds))).toMatchObject({
    preset: { session: { resume: ['threads', 'continue', '{id}'], place: 'first' }, prompt: { how: 'typed' } },
  });
});

test('every fault of a definition is told', () => {
  const wrong = { mine: { comand: 'x', args: ['{nowhere}'], prompt: { how: 'flag' }, docs: ['no.key'] } };
  const told = defineAgent('mine', places(wrong));
  const faults = told && 'faults' in told ? told.faults.join('\n') : '';
  expect(faults).toContain('unknown key `comand`');
  expect(faults).toContain('`command` must be string');
  expect(faults).toContain('names an unknown place');
  expect(faults).toContain('needs a `flag`');
});
