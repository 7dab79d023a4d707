import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { playedBy } from '../../src/trials/stand-in/command.ts';
import type { Site } from '../../src/trials/stand-in/files.ts';
import { runHooks } from '../../src/trials/stand-in/hooks.ts';
import { readWords } from '../../src/trials/stand-in/words.ts';

const root = mkdtempSync(join(tmpdir(), 'gt-hooks-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;

/** A program of this preset whose hook file is at `file` of its configuration and holds these hooks. */
function siteWith(like: string, variable: string, file: string, hooks: object): Site {
  made++;
  const config = join(root, String(made));
  const path = join(config, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ hooks }));
  const { preset, look } = playedBy(like);
  const env = { PATH: process.env['PATH'], [variable]: config };
  return { preset, look, words: readWords(preset, []), cwd: root, env };
}
const command = (line: string) => [{ hooks: [{ type: 'command', command: line, timeout: 60 }] }];
const id = { id: 'the-id' };

test('what a hook prints is context where the program takes text, and nothing where it takes only JSON', async () => {
  const codex = siteWith('codex', 'CODEX_HOME', 'hooks.json', { UserPromptSubmit: command('echo plain words') });
  expect(await runHooks(codex, 'prompt', { prompt: 'x' }, id)).toEqual({ context: 'plain words' });
  const gemini = siteWith('gemini', 'GEMINI_CLI_HOME', '.gemini/settings.json', {
    BeforeAgent: [{ hooks: [{ type: 'command', command: 'echo plain words', timeout: 60_000 }] }],
    SessionStart: [
      { hooks: [{ type: 'command', command: `echo '{"hookSpecificOutput":{"additionalContext":"told"}}'`, timeout: 60_000 }] },
    ],
  });
  expect(await runHooks(gemini, 'prompt', {}, id)).toEqual({});
  expect(await runHooks(gemini, 'start', {}, id)).toEqual({ context: 'told' });
});

test('a hook is told the session, in the form of its program', async () => {
  const out = join(root, 'told');
  const copilot = siteWith('copilot', 'COPILOT_HOME', 'hooks/gt.json', {
    userPromptSubmitted: [{ type: 'command', bash: `cat > ${out}`, timeoutSec: 60 }],
  });
  await runHooks(copilot, 'prompt', { prompt: 'go #1' }, id);
  expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ sessionId: 'the-id', cwd: root, prompt: 'go #1' });
  const codex = siteWith('codex', 'CODEX_HOME', 'hooks.json', { Stop: command(`cat > ${out}; echo "$CODEX_SESSION_ID" >&2`) });
  await runHooks(codex, 'stop', { stop_hook_active: false }, id);
  expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
    session_id: 'the-id',
    hook_event_name: 'Stop',
    stop_hook_active: false,
  });
});

test('an exit of 2 refuses with what was said on stderr; another fault refuses nothing', async () => {
  const codex = siteWith('codex', 'CODEX_HOME', 'hooks.json', {
    PreToolUse: command('echo "not that" >&2; exit 2'),
    PostToolUse: command('echo "oops" >&2; exit 1'),
    Stop: command(`echo '{"decision":"block","reason":"mail"}'`),
  });
  expect(await runHooks(codex, 'before_tool', {}, id)).toEqual({ refused: 'not that' });
  expect(await runHooks(codex, 'after_tool', {}, id)).toEqual({});
  expect(await runHooks(codex, 'stop', {}, id)).toEqual({ block: 'mail' });
});

test('a hook that takes too long is ended, and says nothing', async () => {
  const codex = siteWith('codex', 'CODEX_HOME', 'hooks.json', {
    UserPromptSubmit: [{ hooks: [{ type: 'command', command: 'echo early; exec sleep 600', timeout: 0.2 }] }],
  });
  expect(await runHooks(codex, 'prompt', {}, id)).toEqual({});
});

test('a program whose hooks are a plugin, or that has none, runs none', async () => {
  for (const like of ['opencode', 'pi', 'amp']) {
    const { preset, look } = playedBy(like);
    const site = { preset, look, words: readWords(preset, []), cwd: root, env: {} };
    expect(await runHooks(site, 'prompt', {}, id)).toEqual({});
  }
});
