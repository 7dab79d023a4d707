import { describe, expect, test } from 'vitest';
import { type Input, KeyReader } from '../../src/trials/stand-in/keys.ts';
import { FakeTicker, Play } from '../support/stand-in.ts';

/** What a reader makes of bytes that come in these reads, without their numbers. */
async function read(...chunks: readonly (string | Buffer)[]): Promise<Array<Omit<Input, 'chunk'>>> {
  const ticker = new FakeTicker();
  const heard: Array<Omit<Input, 'chunk'>> = [];
  const reader = new KeyReader(ticker, ({ chunk: _chunk, ...input }) => heard.push(input));
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  await ticker.pass(1000);
  return heard;
}

test('keys, pastes and answers are told apart, wherever the reads cut them', async () => {
  const bytes = Buffer.from('hi ü\x1b[200~two\nlines \x1b[A\x1b[201~\r\x1b[?1;2c\x1b[3;5R\x1b[?2026;2$y\x03\x15\x1bOA');
  const whole = await read(bytes);
  expect(whole).toEqual([
    { kind: 'text', text: 'hi ü' },
    { kind: 'paste', text: 'two\nlines \x1b[A' },
    { kind: 'key', key: 'enter' },
    { kind: 'reply', to: 'da1' },
    { kind: 'reply', to: 'cpr' },
    { kind: 'reply', to: 'decrqm' },
    { kind: 'key', key: 'ctrl-c' },
    { kind: 'key', key: 'ctrl-u' },
    { kind: 'key', key: 'up' },
  ]);
  for (let cut = 1; cut < bytes.length; cut++) {
    const parts = await read(bytes.subarray(0, cut), bytes.subarray(cut));
    const typed = parts.filter((one) => one.kind === 'text').map((one) => 'text' in one && one.text);
    expect(typed.join('')).toBe('hi ü');
    expect(parts.filter((one) => one.kind !== 'text')).toEqual(whole.slice(1));
  }
});

test('an ESC that nothing follows is the key, after a while', async () => {
  expect(await read('\x1b')).toEqual([{ kind: 'key', key: 'esc' }]);
  expect(await read('\x1b\x1b')).toEqual([
    { kind: 'key', key: 'esc' },
    { kind: 'key', key: 'esc' },
  ]);
});

test('the line ends of a paste are newlines, whatever they were', async () => {
  expect(await read('\x1b[200~a\rb\r\nc\nd\x1b[201~')).toEqual([{ kind: 'paste', text: 'a\nb\nc\nd' }]);
});

test.each([80, 250])(
  'an Enter within %i ms of a paste is a newline, and one that comes later sends the text',
  async (within_ms) => {
    const play = new Play('claude', { enter: { within_ms } });
    await play.pass(10);
    play.paste('one #1');
    await play.pass(within_ms - 1);
    play.send('\r');
    await play.pass(1);
    expect(play.of('enter').map((note) => note.did)).toEqual(['newline']);
    expect(play.taken).toEqual([]);
    await play.pass(within_ms);
    play.send('\r');
    await play.pass(1);
    expect(play.of('submit')).toMatchObject([{ id: '1', text: 'one #1\n', glued: false, busy: false }]);
  },
);

test('an Enter too close behind a paste may be lost instead', async () => {
  const play = new Play('claude', { enter: { within_ms: 80, as: 'lost' } });
  await play.pass(10);
  play.paste('one #1');
  play.send('\r');
  await play.pass(80);
  play.send('\r');
  expect(play.of('enter').map((note) => note.did)).toEqual(['lost']);
  expect(play.taken).toEqual(['one #1']);
});

test('a large paste needs a longer wait where the preset says so', async () => {
  const large = 'x'.repeat(10_000);
  for (const [wait, taken] of [
    [50, 0],
    [100, 1],
  ] as const) {
    const play = new Play('claude');
    await play.pass(10);
    play.paste(large);
    await play.pass(wait);
    play.send('\r');
    expect(play.taken.length).toBe(taken);
  }
});

test('text and an Enter in one write are sent or not, as the preset says', async () => {
  for (const [like, works] of [
    ['opencode', true],
    ['pi', true],
    ['codex', false],
    ['gemini', false],
    ['qwen', false],
  ] as const) {
    const play = new Play(like);
    await play.pass(10);
    play.send('typed #1\r');
    expect([like, play.taken.length === 1]).toEqual([like, works]);
  }
});

test('an Enter in the same write as a paste is lost where the program wants a write of its own', async () => {
  const play = new Play('qwen');
  await play.pass(10);
  play.send('\x1b[200~one #1\x1b[201~\r');
  await play.pass(500);
  expect(play.of('enter').map((note) => note.did)).toEqual(['lost']);
  play.send('\r');
  expect(play.taken).toEqual(['one #1']);
});

test('an Enter before it is ready is lost; the text stays and is sent by a later one', async () => {
  const play = new Play('claude', { start: { shows_ms: 100, ready_ms: 1000 } });
  await play.pass(50);
  expect(play.text).not.toContain('❯');
  await play.pass(100);
  expect(play.text).toContain('❯');
  await play.submit('early #1');
  expect(play.of('enter').map((note) => note.did)).toEqual(['early']);
  expect(play.text).toContain('❯ early #1');
  await play.pass(1000);
  play.send('\r');
  expect(play.taken).toEqual(['early #1']);
});

test('what a person left in the row is glued to what is pasted, and noted', async () => {
  const play = new Play('gemini', { start: { draft: 'human draft ' } });
  await play.pass(10);
  expect(play.text).toContain('human draft');
  await play.submit('NUDGE #7');
  expect(play.of('submit')).toMatchObject([{ id: '7', text: 'human draft NUDGE #7', glued: true }]);
});

test('Ctrl+U empties the row only where the preset says so', async () => {
  for (const [like, left] of [
    ['claude', ''],
    ['codex', 'a draft'],
  ] as const) {
    const play = new Play(like);
    await play.pass(10);
    play.send('a draft');
    play.send('\x15');
    await play.submit('');
    expect(play.taken.join('')).toBe(left);
  }
});

test('Ctrl+S puts a draft aside where the program does so, and it is back after the next text', async () => {
  const play = new Play('claude');
  await play.pass(10);
  play.send('human draft');
  play.send('\x13');
  await play.pass(10);
  expect(play.text).not.toContain('human draft');
  await play.submit('NUDGE #7');
  expect(play.of('submit')).toMatchObject([{ text: 'NUDGE #7', glued: false }]);
  expect(play.text).toContain('❯ human draft');
});

test('an Enter in an empty row does nothing', async () => {
  const play = new Play('claude');
  await play.pass(10);
  play.send('\r');
  expect(play.of('enter').map((note) => note.did)).toEqual(['empty']);
  expect(play.taken).toEqual([]);
});

test('what begins with a slash or an exclamation mark reaches no model', async () => {
  const play = new Play('claude');
  await play.pass(10);
  await play.submit('/compact');
  await play.submit('!rm -r x');
  expect(play.of('command').map((note) => note.text)).toEqual(['/compact', '!rm -r x']);
  expect(play.taken).toEqual([]);
});

describe('a terminal that is asked', () => {
  test('is waited for until it has answered', async () => {
    const play = new Play('claude', { start: { stall_ms: 3000 } });
    expect(play.out).toBe('\x1b[c\x1b[6n\x1b[?2026$p');
    await play.pass(10);
    expect(play.of('asked')).toMatchObject([{ answered: 3, of: 3 }]);
    expect(play.text).toContain('❯');
  });

  test('and that does not answer stalls the start', async () => {
    const play = new Play('claude', { start: { stall_ms: 3000 } }, { mute: true });
    await play.pass(2999);
    expect(play.text).not.toContain('❯');
    await play.pass(2);
    expect(play.of('asked')).toMatchObject([{ answered: 0, of: 3, after_ms: 3000 }]);
    expect(play.text).toContain('❯');
  });
});

describe('frames', () => {
  const frames = (out: string) => out.split('\x1b[?2026h').length - 1;

  test('are drawn anew while busy, each within its marks, and not while idle', async () => {
    const play = new Play('claude', { turns: [{ ms: 60_000 }], frame: { every_ms: 80 } });
    await play.pass(1000);
    const idle = frames(play.out);
    await play.pass(10_000);
    expect(frames(play.out)).toBe(idle);
    await play.submit('go #1');
    const before = frames(play.out);
    await play.pass(8000);
    expect(frames(play.out) - before).toBe(100);
    expect(play.out.split('\x1b[?2026l').length).toBe(play.out.split('\x1b[?2026h').length);
  });

  test('are drawn always, or without marks, where the scenario says so', async () => {
    const play = new Play('pi', { frame: { every_ms: 80, always: true, marks: false } });
    await play.pass(100);
    const before = play.out.length;
    await play.pass(800);
    expect(play.out.length).toBeGreaterThan(before + 10 * 100);
    expect(play.out).not.toContain('\x1b[?2026h');
  });

  test('that are drawn again and again leave the same screen as the first', async () => {
    for (const like of ['claude', 'codex', 'opencode', 'copilot']) {
      const still = new Play(like);
      const moving = new Play(like, { frame: { every_ms: 50, always: true } });
      await still.pass(5000);
      await moving.pass(5000);
      expect(moving.shown).toEqual(still.shown);
    }
  });
});
