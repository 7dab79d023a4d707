import { describe, expect, test } from 'vitest';
import type { Painted } from '../support/painted.ts';
import { dim, judge, RULE } from '../support/painted.ts';

const SHOWN: ReadonlyArray<readonly [string, string, Painted, object]> = [
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
    'codex',
    'a context in which nothing goes on',
    {
      rows: [
        "■ Codex ran out of room in the model's context window. Start a new thread or clear",
        'earlier history before retrying.',
        '',
        `› ${dim('Ask Codex to do anything')}`,
      ],
      cursor: [3, 2],
    },
    { state: 'idle', full: expect.stringContaining('ran out of room') },
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
    { rows: ['', '  ┃ Ask anything… "Fix a TODO"', '', '  ctrl+p commands'], cursor: [1, 4], alternate: true },
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
    { state: 'idle', draft: '', context: '0.9%/200k' },
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
