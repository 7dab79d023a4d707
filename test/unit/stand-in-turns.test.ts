import { describe, expect, test } from 'vitest';
import type { HookSaid, Moment } from '../../src/trials/stand-in/ports.ts';
import { byScreen, listsShown, Play, type PlayOptions } from '../support/stand-in.ts';

/** Options of a play whose hooks answer as said, and what they were asked. */
function withHooks(answer: (moment: Moment, call: number) => HookSaid | Promise<HookSaid>) {
  const calls: Array<{ moment: Moment; id: string } & Record<string, unknown>> = [];
  const options: PlayOptions = {
    ports: {
      hook: async (moment, extras, { id }) => {
        calls.push({ moment, id, ...extras });
        return answer(moment, calls.filter((call) => call.moment === moment).length);
      },
    },
  };
  return { calls, options, moments: () => calls.map(({ moment }) => moment) };
}

describe('texts that come while a turn runs', () => {
  const scenario = { turns: [{ ms: 1000, tools: [{}] }, { ms: 1000 }] };

  test('are shown, and reach the model with the next tool where the program does so: no prompt hook is told', async () => {
    const hooks = withHooks(() => ({}));
    const play = new Play('claude', scenario, hooks.options);
    await play.pass(10);
    await play.submit('first #1');
    await play.submit('second #2');
    await play.submit('third #3');
    expect(play.text).toContain('  ❯ third #3');
    expect(listsShown(play.preset, play.shown)).toContain('queued');
    await play.pass(10_000);
    expect(play.of('delivered')).toEqual([
      { kind: 'delivered', texts: ['first #1'], how: 'turn' },
      { kind: 'delivered', texts: ['second #2', 'third #3'], how: 'tool' },
    ]);
    expect(hooks.moments().filter((moment) => moment === 'prompt')).toHaveLength(1);
    expect(play.of('turn')).toHaveLength(1);
  });

  test('open the next turn together, each told to the prompt hook, where no tool follows', async () => {
    const hooks = withHooks(() => ({}));
    const play = new Play('claude', { ...scenario, queue: 'turn' }, hooks.options);
    await play.pass(10);
    await play.submit('first #1');
    await play.submit('second #2');
    await play.submit('third #3');
    await play.pass(10_000);
    expect(play.of('delivered').map(({ texts }) => texts)).toEqual([['first #1'], ['second #2', 'third #3']]);
    expect(hooks.calls.filter(({ moment }) => moment === 'prompt').map((call) => call['prompt'])).toEqual(play.taken);
    expect(play.of('turn').map(({ ended }) => ended)).toEqual(['answered', 'answered']);
  });
});

test('a program whose rows are late tells by its title that it works, while its input shows the text that it has', async () => {
  const play = new Play('claude', { turns: [{ ms: 5000 }], frame: { title_first_ms: 1500 } });
  await play.pass(10);
  await play.submit('first #1');
  expect([play.taken, byScreen(play)]).toEqual([['first #1'], { state: 'busy', draft: 'first #1' }]);
  await play.pass(2000);
  expect(byScreen(play)).toEqual({ state: 'busy', draft: '' });
});

describe('a turn that fails', () => {
  test('is busy while it tries again, then idle; no stop hook is told', async () => {
    const hooks = withHooks(() => ({}));
    const play = new Play('claude', { turns: [{ ms: 100, fails: 'limited', tries: 2, retry_ms: 3000 }] }, hooks.options);
    await play.pass(10);
    await play.submit('go #1');
    await play.pass(1000);
    expect(listsShown(play.preset, play.shown)).toEqual(expect.arrayContaining(['busy', 'retrying']));
    expect(play.text).toContain('attempt 1/2');
    await play.pass(6000);
    expect(listsShown(play.preset, play.shown)).toEqual(['ready', 'limited']);
    expect(hooks.moments()).toEqual(['start', 'prompt', 'failed']);
    expect(hooks.calls.at(-1)).toMatchObject({ error: 'rate_limit' });
    expect(play.of('turn')).toMatchObject([{ ended: 'limited' }]);
  });

  test('because the login is lost says so', async () => {
    const hooks = withHooks(() => ({}));
    const play = new Play('claude', { turns: [{ fails: 'login' }] }, hooks.options);
    await play.pass(10);
    await play.submit('go #1');
    await play.pass(1000);
    expect(listsShown(play.preset, play.shown)).toContain('login');
    expect(hooks.calls.at(-1)).toMatchObject({ moment: 'failed', error: 'authentication_failed' });
  });
});

describe('hooks', () => {
  test('of the start may be slow: the prompt shows before, and a first text waits for it', async () => {
    let done = () => {};
    const slow = new Promise<HookSaid>((resolve) => {
      done = () => resolve({ context: 'the hook of a polecat' });
    });
    const hooks = withHooks((moment) => (moment === 'start' ? slow : {}));
    const play = new Play('claude', {}, { ...hooks.options, words: ['--dangerously-skip-permissions', 'begin #1'] });
    await play.pass(5000);
    expect(play.text).toContain('❯');
    expect(play.taken).toEqual([]);
    done();
    await play.pass(10);
    expect(play.taken).toEqual(['begin #1']);
    expect(play.of('hook')).toContainEqual({ kind: 'hook', moment: 'start', context: 'the hook of a polecat' });
  });

  test('of the start are told with the first turn where the program does so', async () => {
    const hooks = withHooks(() => ({}));
    const play = new Play('codex', {}, hooks.options);
    await play.pass(1000);
    expect(hooks.moments()).toEqual([]);
    await play.submit('go #1');
    await play.pass(1000);
    expect(hooks.moments()).toEqual(['start', 'prompt', 'stop']);
  });

  test('that refuse a stop let the turn go on with the reason', async () => {
    const hooks = withHooks((moment, call) => (moment === 'stop' && call === 1 ? { block: 'mail has come' } : {}));
    const play = new Play('claude', {}, hooks.options);
    await play.pass(10);
    await play.submit('go #1');
    await play.pass(1000);
    expect(hooks.calls.filter(({ moment }) => moment === 'stop').map((call) => call['stop_hook_active'])).toEqual([false, true]);
    expect(play.text).toContain('Stop hook error: mail has come');
    expect(play.of('turn')).toHaveLength(1);
  });

  test('that refuse a prompt keep it from the model', async () => {
    const hooks = withHooks((moment) => (moment === 'prompt' ? { refused: 'not now' } : {}));
    const play = new Play('claude', {}, hooks.options);
    await play.pass(10);
    await play.submit('go #1');
    await play.pass(1000);
    expect(play.of('turn')).toMatchObject([{ ended: 'refused' }]);
    expect(hooks.moments()).not.toContain('stop');
  });

  test('that refuse a tool keep it from running', async () => {
    const ran: string[] = [];
    const hooks = withHooks((moment) => (moment === 'before_tool' ? { refused: 'not that one' } : {}));
    const run = (tool: { run?: string | undefined }) => {
      ran.push(tool.run ?? '');
      return { pid: 1, ended: Promise.resolve(0), kill: () => undefined };
    };
    const play = new Play('claude', { turns: [{ tools: [{ run: 'rm -r /' }] }] }, { ports: { ...hooks.options.ports, run } });
    await play.pass(10);
    await play.submit('go #1');
    await play.pass(1000);
    expect(ran).toEqual([]);
    expect(hooks.moments()).not.toContain('after_tool');
    expect(play.of('tool')).toMatchObject([{ refused: true }]);
  });
});

describe('Esc', () => {
  test.each([
    ['claude', 1],
    ['opencode', 2],
    ['copilot', 2],
  ] as const)('interrupts %s when pressed %i times, and no hook is told', async (like, times) => {
    const hooks = withHooks(() => ({}));
    const play = new Play(like, { turns: [{ ms: 60_000 }] }, hooks.options);
    await play.pass(10);
    await play.submit('go #1');
    for (let press = 1; press <= times; press++) {
      expect(play.of('turn')).toEqual([]);
      play.send('\x1b');
      await play.pass(100);
    }
    expect(play.of('turn')).toMatchObject([{ ended: 'interrupted' }]);
    expect(hooks.moments()).not.toContain('stop');
    expect(hooks.moments()).not.toContain('failed');
  });

  test('at an idle prompt arms a rewind in copilot, and a second opens a dialog', async () => {
    const play = new Play('copilot');
    await play.pass(100);
    play.send('\x1b');
    await play.pass(100);
    expect(play.of('dialog')).toEqual([]);
    play.send('\x1b');
    await play.pass(100);
    expect(play.of('dialog')).toMatchObject([{ name: 'rewind' }]);
  });
});

test('usage is written as often as said, and its totals grow', async () => {
  const lines: Array<Record<string, unknown>> = [];
  const transcript = (moment: string, values: Record<string, unknown>) => {
    if (moment === 'usage') lines.push(values);
  };
  const play = new Play('codex', { usage_lines: 2, turns: [{ usage: { input: 100, output: 7 } }] }, { ports: { transcript } });
  await play.pass(10);
  for (const text of ['one #1', 'two #2']) {
    await play.submit(text);
    await play.pass(1000);
  }
  expect(lines.map((line) => [line['input'], line['all_input'], line['all_output']])).toEqual([
    [100, 100, 7],
    [100, 100, 7],
    [100, 200, 14],
    [100, 200, 14],
  ]);
  expect(lines[0]?.['message']).toBe(lines[1]?.['message']);
  expect(lines[0]?.['message']).not.toBe(lines[2]?.['message']);
});

test('a conversation is made shorter in the middle of its turn; when the end of that is refused its model does what it should, once', async () => {
  const scenario = { turns: [{ ms: 10, tools: [{ name: 'Work' }], compacts: true, blocked: [{ name: 'Note' }] }] };
  const hooks = withHooks((moment, call) => (moment === 'stop' && call < 3 ? { block: 'write a note' } : {}));
  const play = new Play('claude', scenario, hooks.options);
  await play.pass(10);
  await play.submit('go');
  await play.pass(10_000);
  const told = hooks.calls.map(({ moment, tool_name, source }) => [moment, tool_name ?? source].filter(Boolean).join(' '));
  expect(told.slice(told.indexOf('prompt'))).toEqual([
    'prompt',
    'before_tool Work',
    'after_tool Work',
    'compact',
    'start compact',
    'stop',
    'before_tool Note',
    'after_tool Note',
    'stop',
    'stop',
  ]);
  expect(hooks.calls.filter(({ moment }) => moment === 'stop').map((call) => call['stop_hook_active'])).toEqual([
    false,
    true,
    true,
  ]);
});
