import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileSigns, SignFault } from '#core/screen-signs';
import { classify } from '#core/screen-state';
import type { Painted } from '../support/painted.ts';
import { dim, inverse, judge, paint } from '../support/painted.ts';

const RULE = '─'.repeat(80);

/** Claude Code: its input lies between two rules, the footer below. */
function claude(input: readonly string[], more: { above?: readonly string[]; footer?: string; title?: string } = {}): Painted {
  const { above = ['● Done.', ''], footer = '  ⏵⏵ bypass permissions on · ← for agents', title = '✳ Claude Code' } = more;
  return { rows: [...above, RULE, ...input, RULE, footer], title };
}

const SHOWN: ReadonlyArray<readonly [string, string, Painted, object]> = [
  ['claude', 'an empty prompt', claude(['❯ ']), { state: 'idle', draft: '', ready: true }],
  ['claude', 'a dim placeholder', claude([`❯ ${dim('Try "fix lint errors"')}`]), { state: 'idle', draft: '' }],
  [
    'claude',
    'a placeholder with the cursor painted on it',
    claude([`❯ ${inverse('T')}${dim('ry "fix lint errors"')}`]),
    { state: 'idle', draft: '', placeholder: 'Try "fix lint errors"' },
  ],
  [
    'claude',
    'a human draft of two lines',
    claude(['❯ fix the bug', '  and the other one']),
    { draft: 'fix the bug\nand the other one' },
  ],
  ['claude', 'a draft with a line left empty', claude(['❯ one', '', '  two']), { draft: 'one\n\ntwo' }],
  ['claude', 'a folded paste', claude(['❯ [Pasted text #1 +59 lines]']), { draft: '[Pasted text #1 +59 lines]' }],
  [
    'claude',
    'a turn',
    claude(['❯ '], { title: '⠂ Fixing', footer: '  esc to interrupt', above: ['✻ Brewing…', ''] }),
    { state: 'busy', draft: '' },
  ],
  [
    'claude',
    'a turn with a queue',
    claude(['❯ '], { title: '⠐ Fixing', above: ['❯ NUDGE one', '  Press up to edit queued messages', ''] }),
    { state: 'busy', draft: '', queued: 'Press up to edit queued messages' },
  ],
  [
    'claude',
    'a permission dialog',
    {
      rows: [
        '❯ do it',
        '',
        RULE,
        ' Bash command',
        '   touch x',
        ' Do you want to proceed?',
        ' ❯ 1. Yes',
        '   2. No',
        '',
        ' Esc to cancel',
      ],
      title: '✳ Claude Code',
    },
    { state: 'dialog', dialog: { name: 'permission', kind: 'permission', enter: 'accepts' }, draft: undefined },
  ],
  [
    'claude',
    'the trust dialog',
    {
      rows: [
        ' Accessing workspace:',
        ' /tmp/x',
        '',
        ' ❯ 1. Yes, I trust this folder',
        '   2. No, exit',
        '',
        ' Enter to confirm · Esc to cancel',
      ],
    },
    { state: 'dialog', dialog: { name: 'trust', kind: 'trust', enter: 'accepts' } },
  ],
  [
    'claude',
    'the bypass warning, in which Enter quits',
    { rows: [' WARNING: Claude Code running in Bypass Permissions mode', '', ' ❯ 1. No, exit', '   2. Yes, I accept'] },
    { state: 'dialog', dialog: { name: 'bypass', kind: 'warning', enter: 'exits' } },
  ],
  [
    'claude',
    'a dialog that no preset knows',
    { rows: ['❯ do it', ' Which theme?', ' ❯ 1. Dark', '   2. Light'], title: '✳ Claude Code' },
    { state: 'dialog', dialog: { name: 'unknown', kind: 'unknown', enter: 'unknown' } },
  ],
  [
    'claude',
    'a retry, which is busy',
    claude(['❯ '], { above: ['  API error · Retrying in 2s · attempt 3/4', ''] }),
    { state: 'busy', retrying: 'API error · Retrying in 2s · attempt 3/4' },
  ],
  [
    'claude',
    'a limit',
    claude(['❯ '], { above: ['  API Error: Request rejected (429)', ''] }),
    { state: 'limited', limited: 'API Error: Request rejected (429)', ready: true, draft: '' },
  ],
  [
    'claude',
    'a lost login',
    claude(['❯ '], { above: ['Not logged in · Please run /login', ''] }),
    { login: 'Not logged in · Please run /login' },
  ],
  [
    'claude',
    'its prompt before it is ready',
    claude(['❯ '], { footer: '', title: '✳ Claude Code' }),
    { state: 'unknown', ready: false, draft: '' },
  ],
  ['claude', 'no prompt', { rows: ['starting'] }, { state: 'unknown', draft: undefined, ready: false }],
  [
    'codex',
    'an empty prompt',
    { rows: ['', `› ${dim('Ask Codex to do anything')}`, '', dim('  gpt-5 · ~/x')], cursor: [1, 2], title: 'x' },
    { state: 'idle', draft: '', placeholder: 'Ask Codex to do anything' },
  ],
  [
    'codex',
    'a draft',
    { rows: ['', '› fix it', '  now', '', dim('  gpt-5 · ~/x')], cursor: [2, 5], title: 'x' },
    { draft: 'fix it\nnow' },
  ],
  [
    'codex',
    'a turn with a queue',
    {
      rows: [
        '• Working (1s • esc to interrupt)',
        '• Messages to be submitted after next tool call',
        '  ↳ NUDGE',
        '',
        '› ',
        '',
        dim('  gpt-5'),
      ],
      cursor: [4, 2],
      title: '⠋ x',
    },
    { state: 'busy', draft: '', queued: '• Messages to be submitted after next tool call' },
  ],
  [
    'codex',
    'a permission dialog',
    {
      rows: ['  Would you like to run the following command?', '  $ touch x', '› 1. Yes, proceed (y)', '  2. No (esc)'],
      cursor: [2, 0],
    },
    { state: 'dialog', dialog: { name: 'permission', kind: 'permission', enter: 'unknown' } },
  ],
  [
    'codex',
    'a dialog told by the title alone',
    { rows: ['› '], cursor: [0, 2], title: '[ . ] Action Required | x' },
    { state: 'dialog' },
  ],
  [
    'codex',
    'a trust dialog',
    { rows: ['  Folder access', '  Trust this folder?', '› 1. Trust and continue', '  2. Quit'], cursor: [2, 0] },
    { state: 'dialog', dialog: { name: 'trust', kind: 'trust', enter: 'accepts' } },
  ],
  [
    'codex',
    'a limit',
    { rows: ['■ exceeded retry limit, last status: 429', '', '› '], cursor: [2, 2] },
    { state: 'limited', draft: '' },
  ],
  [
    'gemini',
    'an empty prompt',
    { rows: [`╭${RULE}╮`, '│ > Type your message or @path/to/file │', `╰${RULE}╯`, ' ~/x   gemini'], title: '◇  Ready (x)' },
    { state: 'idle', draft: '', ready: true },
  ],
  [
    'gemini',
    'a draft, with which its placeholder is gone',
    { rows: [`╭${RULE}╮`, '│ > fix it │', `╰${RULE}╯`, ' ~/x   gemini'], title: '◇  Ready (x)' },
    { state: 'idle', draft: 'fix it', ready: true },
  ],
  [
    'gemini',
    'a prompt that asks nobody',
    { rows: [`╭${RULE}╮`, '│ * fix it │', `╰${RULE}╯`, ' ~/x   gemini'], title: '◇  Ready (x)' },
    { draft: 'fix it' },
  ],
  [
    'gemini',
    'a turn',
    { rows: [`╭${RULE}╮`, '│ >   │', `╰${RULE}╯`, ' esc to cancel, 3s'], title: '✦  Working… (x)' },
    { state: 'busy', draft: '' },
  ],
  [
    'gemini',
    'a permission dialog',
    { rows: [' Allow execution of [Shell]?', ' ● 1. Allow once', '   2. No (esc)'], title: '✋  Action Required (x)' },
    { state: 'dialog', dialog: { name: 'permission', kind: 'permission', enter: 'accepts' } },
  ],
  ['qwen', 'a prompt', { rows: [`╭${RULE}╮`, '│ >   Type your message or @path │', `╰${RULE}╯`] }, { state: 'idle', draft: '' }],
  ['qwen', 'a turn', { rows: [`╭${RULE}╮`, '│ >   │', `╰${RULE}╯`, ' (esc to cancel, 3s)'] }, { state: 'busy' }],
  ['qwen', 'a dialog', { rows: [" Allow execution of: 'touch'?", ' ● 1. Yes', '   2. No'] }, { state: 'dialog' }],
  [
    'opencode',
    'an empty session',
    { rows: ['', '  ┃ Ask anything… "Fix a TODO"', ''], cursor: [1, 4], alternate: true },
    { state: 'idle', draft: '' },
  ],
  [
    'opencode',
    'a session that has begun',
    { rows: ['  text', '  ┃ ', '  ctrl+p commands'], cursor: [1, 4], alternate: true },
    { state: 'idle', draft: '' },
  ],
  [
    'opencode',
    'a turn',
    { rows: ['  text', '  ┃ ', '  ■■⬝⬝⬝⬝  esc interrupt'], cursor: [1, 4], alternate: true },
    { state: 'busy', draft: '' },
  ],
  [
    'opencode',
    'a dialog above its input',
    { rows: ['  △ Permission required', '   Allow once  Allow always', '', '  ┃ ', '  ctrl+p'], cursor: [3, 4], alternate: true },
    { state: 'dialog' },
  ],
  [
    'copilot',
    'a prompt',
    { rows: [RULE, '❯ ', RULE, ' / commands · ? help'], cursor: [1, 2], alternate: true },
    { state: 'idle', draft: '' },
  ],
  [
    'copilot',
    'a turn',
    { rows: [' ● Working · 3s · esc interrupt', RULE, '❯ ', RULE, ' / commands · ? help'], cursor: [2, 2], alternate: true },
    { state: 'busy' },
  ],
  [
    'copilot',
    'a dialog',
    { rows: [' Do you want to run this command?', ' ❯ 1. Yes', '   2. No'], cursor: [1, 1], alternate: true },
    { state: 'dialog', dialog: { name: 'permission', kind: 'permission', enter: 'accepts' } },
  ],
  [
    'pi',
    'a prompt',
    { rows: [RULE, '', RULE, '~/x', ' 0.9%/200k (auto)'], cursor: [1, 0] },
    { state: 'idle', draft: '', context: '0.9%/200k (auto)' },
  ],
  [
    'pi',
    'a draft',
    { rows: [RULE, 'fix it', 'now', RULE, '~/x', ' 0.9%/200k (auto)'], cursor: [2, 3] },
    { draft: 'fix it\nnow' },
  ],
  [
    'pi',
    'a turn with a queue',
    { rows: ['⠋ Working...', 'Steering: NUDGE', RULE, '', RULE, '~/x', ' 0.9%/200k'], cursor: [3, 0] },
    { state: 'busy', queued: 'Steering: NUDGE', draft: '' },
  ],
];

describe('each program is judged by its preset', () => {
  test.for(SHOWN)('%s shows %s', ([preset, , painted, expected]) => {
    expect(judge(preset, painted)).toMatchObject(expected);
  });
});

test('what a model shows above a prompt that is at work is no dialog', () => {
  const above = [
    '● The screen says:',
    '  Do you want to proceed?',
    '  ❯ 1. Yes',
    '    2. No',
    '  Esc to cancel',
    '  Overwrite? (y/n)',
    '',
  ];
  expect(judge('claude', claude(['❯ '], { above }))).toMatchObject({ state: 'idle', draft: '' });
  expect(judge('claude', claude(['❯ '], { above, title: '⠂ x', footer: ' esc to interrupt' }))).toMatchObject({ state: 'busy' });
});

test('a list of choices below a prompt is a dialog, and so is a question by letters', () => {
  expect(judge('claude', claude(['❯ '], { footer: ' Press Enter to continue' }))).toMatchObject({ state: 'dialog' });
  expect(judge('amp', { rows: ['Overwrite it? (y/N) '], cursor: [0, 20] })).toMatchObject({ state: 'dialog' });
  expect(judge('amp', { rows: ['> '], cursor: [0, 2] })).toMatchObject({ state: 'idle', draft: '' });
});

test('a sign that is no pattern is refused with its place', () => {
  expect(() => compileSigns({ busy: [{ where: 'title', match: '(' }] })).toThrow(
    new SignFault('`screen.busy.0.match` is no regular expression: ('),
  );
  expect(() => compileSigns({ busy: [{ where: 'above', match: 'x' }] })).toThrow('`screen.busy.0.where` must be one of');
  expect(() => compileSigns({ dialogs: [{ name: 'x', signs: [] }] })).toThrow('`screen.dialogs.0.signs` must hold a sign');
  expect(() => compileSigns([])).toThrow('`screen` must be an object');
  expect(compileSigns({}).ready).toEqual([]);
});

const word = fc.stringMatching(/^[a-z]{1,12}$/);

test('whatever is typed at a prompt is told as the draft, word for word, whatever the width', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(word, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 20, max: 90 }),
      (lines, cols) => {
        const input = lines.map((words, index) => `${index === 0 ? '❯ ' : '  '}${words.join(' ')}`);
        const rule = '─'.repeat(cols);
        const rows = ['● text', rule, ...input, rule, '  ? for shortcuts'];
        const seen = judge('claude', { rows, title: '✳ x', cols, height: 60 });
        expect(seen.draft?.replaceAll(/\s/g, '')).toBe(lines.flat().join(''));
      },
    ),
    { numRuns: 60 },
  );
});

test('whatever a screen shows, a dialog is known while it is open', () => {
  const signs = compileSigns({
    ready: [{ where: 'footer', match: 'shortcuts' }],
    busy: [{ where: 'title', match: '^⠂' }],
    dialogs: [{ name: 'permission', kind: 'permission', signs: [{ where: 'screen', match: 'Do you want to proceed\\?' }] }],
    draft: { mark: '❯ ' },
  });
  const text = fc.array(fc.constantFrom('● text', '❯ earlier prompt', '', '  1. first', '> quoted', '* item', RULE), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, fc.boolean(), fc.boolean(), (above, alternate, isBusyTitle) => {
      const rows = [...above, ' Do you want to proceed?', ' ❯ 1. Yes', '   2. No', '', ' Esc to cancel'];
      const seen = classify(paint({ rows, alternate, title: isBusyTitle ? '⠂ x' : '✳ x' }), signs);
      expect(seen).toMatchObject({ state: 'dialog', draft: undefined, ready: false });
    }),
    { numRuns: 100 },
  );
});
