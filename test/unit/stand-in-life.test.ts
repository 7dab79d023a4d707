import { describe, expect, test } from 'vitest';
import { agentStart } from '#core/agent-start';
import { shippedPresets } from '#world/agents/presets';
import { readCommand } from '../../src/trials/stand-in/command.ts';
import { readWords } from '../../src/trials/stand-in/words.ts';
import { Play } from '../support/stand-in.ts';

const ID = '6f0c0b0e-0000-4000-8000-000000000001';
const places = {
  config: '/town/c',
  home: '/town/h',
  root: '/town',
  worktree: '/town/rig',
  id: ID,
  fork: 'the-fork',
  gt: 'gt',
  runner: 'r',
};

describe.each(shippedPresets().filter(({ preset }) => preset.prompt.how !== 'none'))('the words of $name', ({ preset }) => {
  test.each(['fresh', 'resume', 'fork'] as const)('tell how it was started: %s', (mode) => {
    const start = agentStart(preset, { mode, autonomous: true, hooks: true, places, prompt: 'begin the work' });
    if (!start) {
      expect(preset.session[mode === 'fresh' ? 'own' : mode]).toBeUndefined();
      return;
    }
    const words = readWords(preset, start.argv.slice(1));
    expect(words.mode).toBe(mode === 'fresh' ? (start.ownId ? 'own' : 'fresh') : mode);
    if (words.mode !== 'fresh') expect(words.id).toBe(ID);
    expect(words.prompt).toBe(start.typed === undefined ? 'begin the work' : undefined);
  });
});

describe('a conversation', () => {
  const own = ['--session-id', ID];

  test('has the id that it was given', async () => {
    const play = new Play('claude', {}, { words: own });
    await play.pass(10);
    expect(play.of('started')).toMatchObject([{ session: ID, mode: 'own' }]);
  });

  test('of an id that is known is refused', async () => {
    const play = new Play('claude', { known: [ID] }, { words: own });
    await play.pass(10);
    expect(play.out).toContain('is already in use');
    expect(play.ended).toEqual({ code: 1 });
  });

  test('that nobody knows is not resumed, and one that is known is', async () => {
    const words = ['--resume', ID];
    const unknown = new Play('claude', {}, { words });
    await unknown.pass(10);
    expect(unknown.out).toContain('No conversation found with session ID');
    expect(unknown.ended).toEqual({ code: 1 });
    const known = new Play('claude', { known: [ID] }, { words });
    await known.pass(10);
    expect(known.ended).toBeUndefined();
    expect(known.of('started')).toMatchObject([{ session: ID, mode: 'resume' }]);
  });

  test('that was forked tells its start hook the id of its parent, and later ones its own', async () => {
    const ids: string[] = [];
    const hook = async (moment: string, extras: Record<string, unknown>, { id }: { id: string }) => {
      ids.push(`${moment} ${extras['source'] ?? ''} ${id}`);
      return {};
    };
    const words = ['--resume', ID, '--fork-session', '--session-id', 'the-fork'];
    const play = new Play('claude', { known: [ID] }, { words, ports: { hook } });
    await play.pass(10);
    await play.submit('go #1');
    await play.pass(1000);
    expect(ids).toEqual([`start resume ${ID}`, 'prompt  the-fork', 'stop  the-fork']);
  });

  test('that is cleared gets a new id, and one that is compacted keeps its own', async () => {
    const moments: string[] = [];
    const hook = async (moment: string, extras: Record<string, unknown>, { id }: { id: string }) => {
      moments.push(`${moment} ${extras['source'] ?? extras['reason'] ?? extras['trigger'] ?? ''} ${id}`);
      return {};
    };
    const play = new Play('claude', {}, { words: own, ports: { hook } });
    await play.pass(10);
    await play.submit('/compact');
    await play.submit('/clear');
    const after = play.of('session').at(-1)?.session;
    expect(after).not.toBe(ID);
    expect(moments).toEqual([
      `start startup ${ID}`,
      `compact manual ${ID}`,
      `start compact ${ID}`,
      `end clear ${ID}`,
      `start clear ${after}`,
    ]);
  });
});

test('a conversation that is made short says so, and that shows', async () => {
  const play = new Play('claude', { compact_ms: 5000, turns: [{ context: 92 }] });
  await play.pass(10);
  await play.submit('go #1');
  await play.pass(1000);
  expect(play.text).toContain('92% context used');
  await play.submit('/compact');
  expect(play.text).toContain('Compacting conversation…');
  await play.pass(6000);
  expect(play.text).not.toMatch(/Compacting|context used/);
});

describe('an end', () => {
  test('by Ctrl+C is armed by the first press, and not for ever', async () => {
    const play = new Play('claude');
    await play.pass(10);
    play.send('\x03');
    await play.pass(10);
    expect(play.text).toContain('Press Ctrl-C again to exit');
    await play.pass(3000);
    expect(play.text).not.toContain('Press Ctrl-C again to exit');
    play.send('\x03');
    await play.pass(500);
    expect(play.ended).toBeUndefined();
    play.send('\x03');
    await play.pass(10);
    expect(play.ended).toEqual({ code: 0 });
    expect(play.out).toContain('claude --resume');
  });

  test('by one Ctrl+C at an idle prompt is what codex and opencode do, also with a draft', async () => {
    for (const like of ['codex', 'opencode']) {
      const play = new Play(like);
      await play.pass(10);
      play.send('a draft');
      play.send('\x03');
      await play.pass(10);
      expect([like, play.ended]).toEqual([like, { code: 0 }]);
    }
  });

  test('by words is heard while busy, and told to the hooks', async () => {
    const told: unknown[] = [];
    const hook = async (moment: string, extras: Record<string, unknown>) => {
      if (moment === 'end') told.push(extras['reason']);
      return {};
    };
    const play = new Play('claude', { turns: [{ ms: 60_000 }] }, { ports: { hook } });
    await play.pass(10);
    await play.submit('go #1');
    await play.submit('/exit');
    expect(play.ended).toEqual({ code: 0 });
    expect(told).toEqual(['prompt_input_exit']);
  });

  test('by TERM is a code, a signal or none, late or at once, as the scenario says', async () => {
    for (const [term, ended] of [
      [{ code: 143 }, { code: 143 }],
      [{ signal: 15 }, { signal: 15 }],
      ['ignored', undefined],
    ] as const) {
      const play = new Play('gemini', { ends: { term, term_ms: 500 } });
      await play.pass(10);
      play.signal('SIGTERM');
      await play.pass(400);
      expect(play.ended).toBeUndefined();
      await play.pass(200);
      expect(play.ended).toEqual(ended);
    }
  });

  test('by a crash comes when said, and leaves the terminal as it is', async () => {
    const play = new Play('claude', { ends: { crash_ms: 1000, crash: { signal: 9 } } });
    await play.pass(999);
    expect(play.ended).toBeUndefined();
    await play.pass(2);
    expect(play.ended).toEqual({ signal: 9 });
    expect(play.out).not.toContain('\x1b[?2004l');
  });

  test('before the beginning is a word and a code', async () => {
    const play = new Play('claude', { start: { refuses: { says: 'Unable to connect to Anthropic services', code: 1 } } });
    await play.pass(10);
    expect(play.out).toContain('Unable to connect to Anthropic services');
    expect(play.ended).toEqual({ code: 1 });
  });

  test('gives the terminal back: no paste marks, no alternate screen, the cursor shown', async () => {
    for (const like of ['claude', 'copilot']) {
      const play = new Play(like);
      await play.pass(10);
      play.send('\x03');
      await play.pass(10);
      play.send('\x03');
      await play.pass(10);
      const { modes } = play.screen.scanner;
      expect([modes.cursorHidden, play.screen.emulator.isAlternate, play.out.includes('\x1b[?2004l')]).toEqual([
        false,
        false,
        true,
      ]);
    }
  });
});

test('a call that says too little or too much is told what is wrong', () => {
  expect(() => readCommand([])).toThrow('--like');
  expect(() => readCommand(['--like', 'claude', '--scenario', '{"turns":[{"sm":1}]}'])).toThrow('sm');
  expect(readCommand(['--like', 'claude', '--resume', 'x']).words).toEqual(['--resume', 'x']);
});
