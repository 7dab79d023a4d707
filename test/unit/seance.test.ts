import { expect, test } from 'vitest';
import { headlessWords, seanceQuestion, seanceWay } from '#core/seance';
import { shippedPresets } from '#world/agents/presets';

const presets = new Map(shippedPresets().map(({ name, preset }) => [name, preset]));
const places = { config: '/c', worktree: '/w', id: 'ID', fork: 'FORK' };

test('a program is asked by a fork where it has one, else by going on, else not at all', () => {
  const ways = [...presets].map(([name, preset]) => [name, seanceWay(preset) ?? 'no']);
  expect(Object.fromEntries(ways)).toMatchObject({
    claude: 'fork',
    codex: 'fork',
    opencode: 'fork',
    pi: 'fork',
    gemini: 'resume',
    shell: 'no',
  });
});

test.each([
  ['claude', 'fork', ['claude', '--resume', 'ID', '--fork-session', '--session-id', 'FORK', '-p', 'why?']],
  ['opencode', 'fork', ['opencode', 'run', '--session', 'ID', '--fork', 'why?']],
  ['gemini', 'resume', ['gemini', '--resume', 'ID', '-p', 'why?']],
  ['codex', 'fork', undefined],
  ['qwen', 'resume', undefined],
] as const)('%s is asked one question in its own words, and never without asking a person before it acts', (name, way, words) => {
  const preset = presets.get(name);
  if (!preset) throw new Error(`no ${name}`);
  expect(headlessWords(preset, way, places, 'why?')).toEqual(words);
});

test('no question is read as a flag or a command', () => {
  const asked = seanceQuestion('--help', { session: 'gp-1.r1.s1', from: 'human', at: 0 });
  expect(asked).toMatch(/^\[GAS TOWN\] gp-1\.r1\.s1 <- human • 1970-01-01T00:00 • seance\n[\s\S]*\n--help$/);
});
