import { expect, test } from 'vitest';
import { agentStart } from '#core/agent-start';
import { presetFile } from '#core/preset';
import { shippedPresets } from '#world/agents/presets';

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
