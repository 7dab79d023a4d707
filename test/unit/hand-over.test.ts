import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Answers } from '#world/pty/answers';
import { EventRing } from '#world/pty/attach/event-ring';
import { Exits, replaceFile } from '#world/pty/exits';
import { HandOver } from '#world/pty/hand-over';
import { Marker } from '#world/pty/marker';
import { Parts } from '#world/pty/parts';
import { Ring } from '#world/pty/ring';
import { Screen } from '#world/pty/screen/screen';
import { emptyScreen } from '#world/pty/screen/state';
import { Sessions } from '#world/pty/sessions';
import { readState, writeState } from '#world/pty/state-file';

const dir = mkdtempSync(join(tmpdir(), 'gt-hand-over-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('the state file gives back what was written, bytes and all, and is for us alone', () => {
  const file = join(dir, 'state');
  const value = {
    text: 'ü\n',
    list: [1, null, { deep: Buffer.from([0, 255, 10]) }],
    none: Buffer.alloc(0),
  };
  const big = Buffer.alloc(300_000, 7);
  writeState(file, { ...value, big });
  const { big: read, ...rest } = readState(file) as typeof value & { big: Buffer };
  expect(rest).toEqual(value);
  expect(big.equals(read)).toBe(true); // told apart by vitest byte by byte it takes a second
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a state file of which a byte is wrong or missing is not read, nor one of another version', () => {
  const file = join(dir, 'damaged');
  writeState(file, { some: 'state', bytes: Buffer.from('abc') });
  const whole = readFileSync(file);
  for (const at of [0, 5, 12, whole.length - 1]) {
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(file, bytes);
    expect(() => readState(file)).toThrow('damaged');
  }
  for (const length of [0, 10, whole.length - 1]) {
    writeFileSync(file, whole.subarray(0, length));
    expect(() => readState(file)).toThrow('damaged');
  }
  expect(() => readState(join(dir, 'none'))).toThrow('ENOENT');
});

test('the next host gives the answers that the one before gave, and works out those that it still owed', async () => {
  const old = new Answers(() => 5);
  await old.once('client', 1, async () => ({ ok: 'first' }));
  await old.once('client', 2, async () => ({ error: { code: 'PTY_GONE', message: 'gone' } }));
  void old.once('client', 3, () => new Promise(() => undefined));
  const next = new Answers(() => 6);
  next.load(JSON.parse(JSON.stringify(old.state())));
  const never = async () => ({ ok: 'again' });
  expect(await next.once('client', 1, never)).toEqual({ ok: 'first' });
  expect(await next.once('client', 2, never)).toEqual({ error: { code: 'PTY_GONE', message: 'gone' } });
  expect(await next.once('client', 3, never)).toEqual({ ok: 'again' });
});

test('a mark that is on its way comes out of the stream at the next host, wherever it was cut', () => {
  const marker = new Marker();
  const before = marker.filter(Buffer.concat([Buffer.from('last words'), marker.bytes.subarray(0, 11)]));
  const next = new Marker(marker.state());
  const after = next.filter(Buffer.concat([marker.bytes.subarray(11), Buffer.from('!')]));
  expect(`${before}${after}`).toBe('last words!');
  expect([next.passed, new Marker(next.state()).passed]).toEqual([true, true]);
});

test('each feature gets its own section, and one that fails at it keeps nobody else from theirs', async () => {
  const warned: string[] = [];
  const seen: unknown[] = [];
  const old = new Parts(() => undefined);
  old.add({ name: 'bad', state: () => 1, resume: () => undefined });
  old.add({ name: 'good', state: () => ({ n: 2 }), resume: () => undefined });
  old.add({ name: 'past', state: async () => 3, resume: () => undefined });
  const next = new Parts((line) => warned.push(line));
  const fail = () => {
    throw new Error('unreadable');
  };
  next.add({ name: 'bad', state: () => undefined, resume: fail, go: () => seen.push('went on') });
  next.add({ name: 'new', state: () => undefined, resume: fail });
  next.add({ name: 'good', state: () => undefined, resume: (state) => seen.push(state) });
  next.resume(await old.states());
  next.go();
  expect(seen).toEqual([{ n: 2 }, 'went on']);
  expect(warned).toEqual([expect.stringContaining('bad could not go on')]);
});

test('a file that cannot be replaced stays, and leaves no half of another behind', () => {
  const place = join(dir, 'taken');
  mkdirSync(place);
  expect(() => replaceFile(place, 'text')).toThrow('EISDIR');
  expect(readdirSync(dir).filter((name) => name.startsWith('taken'))).toEqual(['taken']);
});

test('a hand-over that fails before anything was written leaves a host that hears requests', async () => {
  const state = join(dir, 'host');
  const warned: string[] = [];
  const warn = (line: string) => void warned.push(line);
  const sessions = new Sessions({ exits: new Exits(join(dir, 'exits')), now: () => 0, warn });
  const halt = () => Promise.reject(new Error('does not halt'));
  sessions.parts.add({ name: 'bad', halt, state: () => undefined, resume: () => undefined });
  const told: string[] = [];
  const leave = () => void told.push('left');
  const socket = join(dir, 'socket');
  const files = { socket, stateFile: state, pidFile: undefined };
  const handOver = new HandOver({
    ...files,
    sessions,
    answers: new Answers(() => 0),
    tell: (phase) => told.push(phase),
    leave,
    warn,
  });
  const order = { program: ['/bin/true'] };
  await expect(handOver.begin(order, { client: 'me', n: 1 })).rejects.toMatchObject({ code: 'HAND_OVER_FAILED' });
  expect(handOver.isMoving).toBe(false);
  expect(told).toEqual(['begun', 'stayed']);
  expect(warned.join()).toContain('does not halt');
});

test('what a session has printed and nobody was told yet, is told before the host hands over', () => {
  const ring = new EventRing();
  ring.printed('a', 7);
  const next = new EventRing();
  next.part.resume(JSON.parse(JSON.stringify(ring.part.state())));
  expect(next.after(0, 10)).toEqual([{ n: 1, news: { type: 'output', id: 'a', seq: 7 } }]);
});

/** A screen over a ring, with what it answers and whether it asked for a turn. */
function screenOver(ring: Ring, state = emptyScreen({ cols: 20, rows: 4 })) {
  const replies: string[] = [];
  const wants: Screen[] = [];
  const screen = new Screen(state, {
    ring: () => ring,
    reply: (text) => replies.push(text),
    hold: () => undefined,
    wants: (one) => wants.push(one),
    now: () => 0,
    after: () => () => undefined,
  });
  return { screen, replies, wants };
}

test('a screen that is handed over in the middle of a sequence, with output unparsed and a size to come, goes on as if it had not been', async () => {
  const ring = new Ring(10_000);
  const { screen } = screenOver(ring);
  const print = (one: Screen, text: string) => {
    ring.push(Buffer.from(text));
    one.heard(Buffer.from(text));
  };
  print(screen, '\x1b[?2004h\x1b]0;title\x07one\x1b[3');
  screen.parse(() => false);
  print(screen, '1mred');
  screen.resize(30, 5);
  const next = screenOver(ring, screen.state());
  next.screen.goOn();
  print(next.screen, '\r\ntwo');
  const peeked = next.screen.peek({ lines: 5, colour: true });
  next.screen.parse(() => false);
  expect(await peeked).toMatchObject({
    cols: 30,
    rows: 5,
    title: 'title',
    text: 'one\x1b[0;31mred\x1b[0m\n\x1b[0;31mtwo\x1b[0m',
  });
  expect(String((await next.screen.snapshot()).bytes)).toContain('\x1b[?2004h');
});

test('a question that the host before had not parsed is answered by the next, though nobody looks', () => {
  const ring = new Ring(10_000);
  const { screen } = screenOver(ring);
  ring.push(Buffer.from('prompt\x1b[6n'));
  const next = screenOver(ring, screen.state());
  next.screen.goOn();
  expect(next.wants).toHaveLength(1);
  next.screen.parse(() => false);
  expect(next.replies).toEqual(['\x1b[1;7R']);
  const half = new Ring(10_000);
  half.push(Buffer.from('prompt\x1b[6'));
  const old = screenOver(half);
  old.screen.parse(() => false);
  const last = screenOver(half, old.screen.state());
  last.screen.goOn();
  half.push(Buffer.from('n'));
  last.screen.heard(Buffer.from('n'));
  expect(last.wants).toHaveLength(1);
});
