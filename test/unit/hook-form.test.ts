import { expect, test } from 'vitest';
import { contextForm, hookForm, hookMoment, mayRefuseStop, takesByHook } from '#core/hook-form';
import { shippedPresets } from '#world/agents/presets';

const claude = (event: string, more: object) => JSON.stringify({ session_id: 'x', hook_event_name: event, ...more });
const wrapped = (event: string) => JSON.stringify({ hookSpecificOutput: { hookEventName: event, additionalContext: 'mail' } });

test.each([
  ['text stop', claude('UserPromptSubmit', { prompt: 'hi' }), 'prompt', 'mail'],
  ['text stop', claude('SessionStart', { source: 'startup' }), 'start', 'mail'],
  ['text stop', claude('PostToolUse', { tool_name: 'Bash' }), 'tool', wrapped('PostToolUse')],
  ['json stop', claude('BeforeAgent', { prompt: 'hi' }), 'prompt', wrapped('BeforeAgent')],
  ['json stop', claude('AfterTool', { tool_name: 'shell' }), 'tool', wrapped('AfterTool')],
  ['json stop', JSON.stringify({ prompt: 'hi', cwd: '/' }), 'prompt', JSON.stringify({ additionalContext: 'mail' })],
  ['none', '', 'other', 'mail'],
  [undefined, '', 'other', 'mail'],
  [undefined, claude('UserPromptSubmit', { prompt: 'hi' }), 'prompt', wrapped('UserPromptSubmit')],
  ['text', 'no JSON', 'other', 'mail'],
  ['text', '[1]', 'other', 'mail'],
])('a program of form %s that tells %s is at its %s, and reads %s', (form, stdin, kind, printed) => {
  const moment = hookMoment(stdin);
  expect(moment.kind).toBe(kind);
  expect(contextForm(form, moment, 'mail')).toBe(printed);
});

test('a stop tells whether it is the first of its turn, where the program says so', () => {
  expect(hookMoment(claude('Stop', { stop_hook_active: true }))).toMatchObject({ kind: 'other', goesOn: true });
  expect(hookMoment(claude('Stop', { stop_hook_active: false }))).toMatchObject({ goesOn: false });
  expect(hookMoment(claude('Stop', {}))).not.toHaveProperty('goesOn');
});

test('of the presets that gt ships, those whose hooks reach the model at work are left to them', () => {
  const presets = shippedPresets();
  const named = (is: (name: (typeof presets)[number]) => boolean) => presets.filter(is).map(({ name }) => name);
  expect(named(({ preset }) => takesByHook(preset))).toEqual(['claude', 'codex', 'copilot', 'cursor', 'gemini', 'qwen']);
  const stops = named(({ preset }) => preset.hooks !== undefined && mayRefuseStop(hookForm(preset.hooks)));
  expect(stops).toEqual(['claude', 'codex', 'copilot', 'cursor', 'gemini', 'qwen']);
});
