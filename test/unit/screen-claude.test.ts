import { describe, expect, test } from 'vitest';
import type { Painted } from '../support/painted.ts';
import { claude, dim, inverse, judge, RULE } from '../support/painted.ts';

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
    'a context in which nothing goes on',
    claude(['❯ '], {
      above: ['❯ go on', '  ⎿  Context limit reached · /compact or /clear to continue', '', '✻ Crunched for 1s', ''],
    }),
    { state: 'idle', full: '⎿  Context limit reached · /compact or /clear to continue' },
  ],
  [
    'claude',
    'how full its context is, below its input, whatever else stands in that row',
    claude(['❯ '], { footer: '  ⏵⏵ bypass permissions on · ← for agents · cpu 97%   72% context used' }),
    { context: '72% context used' },
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
];

describe('Claude Code is judged by its preset', () => {
  const long = 'Prompt is too long';
  test.for<[string, Painted]>([
    ['the words of its agent, in the middle of a sentence', claude(['❯ '], { above: [`● The server said "${long}".`, ''] })],
    [
      'what a tool has printed, with an answer below',
      claude(['❯ '], { above: [`  ⎿  ${long}`, '', '● It fails.', '  a', '  b', '  c', ''] }),
    ],
    ['what stands in its input', claude([`❯ ● ${long}`])],
    ['a turn that still runs', claude(['❯ '], { title: '⠂ Fixing', footer: '  esc to interrupt', above: [`  ⎿  ${long}`, ''] })],
  ])('no full context is seen in %s', ([, painted]) => {
    expect(judge('claude', painted).full).toBeUndefined();
  });
  test('no share of a context is seen in what its agent has written', () => {
    expect(judge('claude', claude(['❯ '], { above: ['● 97% context used', ''] })).context).toBeUndefined();
  });
  test.for(SHOWN)('%s shows %s', ([preset, , painted, expected]) => {
    expect(judge(preset, painted)).toMatchObject(expected);
  });
});
