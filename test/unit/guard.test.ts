import { expect, test } from 'vitest';
import { guardCommand } from '#core/guard';
import { contextOut, denialOut, hookForm, hookInput } from '#core/hook-words';

const here = { worktree: '/t/shop/polecats/nux/rig', target: 'main' };
const judged = (line: string) => guardCommand(line, here);

test.each([
  'git push origin main',
  'git push --force origin HEAD:main',
  'git push -f origin +nux:refs/heads/main',
  'cd /tmp && git -C /x push origin main',
  'FOO=1 /usr/bin/git -c a.b=c push "origin" \'main\'',
  'git push --all origin',
  'git push --mirror',
  'true; (git push origin \\\n main)',
  'if true; then git push origin main; fi',
])('the target branch is not pushed: %s', (line) => {
  expect(judged(line)).toContain('gt done');
});

test.each(['git worktree remove .', 'git worktree remove --force /t/shop/polecats/nux/rig/', 'git worktree remove "$PWD"'])(
  'the own worktree is not removed: %s',
  (line) => {
    expect(judged(line)).toContain('until your work has landed');
  },
);

test.each([
  'git push origin polecat/nux/1',
  'git push',
  'git push origin main-2 feature/main',
  'git worktree remove ../other',
  'git commit -m "git push origin main"',
  "cat > notes <<'EOF'\ngit push origin main\nEOF",
  'echo git push origin main',
  'npm test && git add -A',
  'echo "unfinished',
  '',
])('everything else may run: %s', (line) => {
  expect(judged(line)).toBeUndefined();
});

test('what a shell says after a here-document is judged', () => {
  expect(judged('cat <<EOF > x\nhi\nEOF\ngit push origin main')).toBeDefined();
});

test('what programs tell their hooks is read in their own words', () => {
  const claude = { hook_event_name: 'PreToolUse', session_id: 'c', tool_name: 'Bash', tool_input: { command: 'ls' } };
  expect(hookInput(JSON.stringify(claude))).toEqual({ event: 'PreToolUse', conversation: 'c', tool: 'Bash', command: 'ls' });
  const copilot = { sessionId: 'd', toolName: 'bash', toolArgs: '{"command":"ls"}' };
  expect(hookInput(JSON.stringify(copilot))).toEqual({ conversation: 'd', tool: 'bash', command: 'ls' });
  expect(hookInput('{"error":"invalid_request","last_assistant_message":"Prompt is too long"}')).toEqual({
    error: 'invalid_request',
    says: 'Prompt is too long',
  });
  expect(hookInput('{"tool_input":{"command":["git","push"]}}')).toEqual({ command: 'git push' });
  for (const nothing of ['', 'null', '[1]', '{"session_id":7}', '{"tool_input":"{"}', 'x'])
    expect(hookInput(nothing), nothing).toEqual({});
});

test('context is printed in the form that the program takes', () => {
  expect(contextOut('hi', hookForm(undefined))).toBe('hi');
  expect(contextOut('hi', hookForm('none'))).toBe('hi');
  expect(JSON.parse(contextOut('hi', hookForm('json'), 'BeforeAgent'))).toEqual({
    hookSpecificOutput: { hookEventName: 'BeforeAgent', additionalContext: 'hi' },
  });
  expect(JSON.parse(contextOut('hi', hookForm('key:additionalContext')))).toEqual({ additionalContext: 'hi' });
  expect(contextOut('', hookForm('json'))).toBe('');
  expect(denialOut('no', hookForm('json'))).toBe('');
  expect(JSON.parse(denialOut('no', hookForm('key:x')))).toMatchObject({ permissionDecision: 'deny' });
});
