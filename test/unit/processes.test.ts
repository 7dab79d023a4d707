import { expect, test } from 'vitest';
import type { Proc } from '#world/processes/scan';
import { parseStat, parseTokens } from '#world/processes/scan';
import type { Hunt } from '#world/processes/targets';
import { targets } from '#world/processes/targets';

const SELF = 50;
const TOKEN = 'GT_SESSION=town.s1.x';

function proc(pid: number, ppid: number, sid: number, more: Partial<Proc> = {}): Proc {
  return { pid, ppid, sid, pgid: pid, born: String(pid), state: 'S', command: `p${pid}`, tokens: [], ...more };
}

/** init, a person's shell (20) with gt (50, this process) in its session, and what a test adds. */
function world(...more: Proc[]): Proc[] {
  return [proc(1, 0, 1), proc(20, 1, 20), proc(SELF, 20, 20), ...more];
}

function hunt(more: Partial<Hunt> = {}): Hunt {
  return { leader: undefined, tokens: [TOKEN], seen: new Map(), sessions: new Set(), ...more };
}

const pids = (found: readonly Proc[]) => found.map((one) => one.pid).sort((a, b) => a - b);
const marked = { tokens: [TOKEN] };

test('a process is read whatever its name holds', () => {
  const rest = '0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 10';
  expect(parseStat(`7 (a) S (b) R 1 2 3 ${rest}`)).toEqual({
    pid: 7,
    ppid: 1,
    pgid: 2,
    sid: 3,
    born: '98765',
    state: 'R',
    command: 'a) S (b',
  });
  for (const text of ['', '7', '7 (x)', '7 (x) S 1']) expect(parseStat(text)).toBeUndefined();
});

test('a token is a whole string of the environment, not a part of one', () => {
  const environ = Buffer.from(`A=${TOKEN}\0${TOKEN}\0B=1\0GT_WORKER=w\0NOT_GT_X=1\0`);
  expect(parseTokens(environ)).toEqual([TOKEN, 'GT_WORKER=w']);
  expect(parseTokens(Buffer.from('A=1\0'))).toEqual([]);
});

test('whoever carries the token, descends from a carrier, or is in a session that one leads is a target', () => {
  const all = world(
    proc(100, 1, 100, marked),
    proc(101, 100, 100),
    proc(102, 101, 102),
    proc(103, 1, 100),
    proc(104, 103, 104),
    proc(105, 1, 102),
  );
  expect(pids(targets(all, hunt(), SELF))).toEqual([100, 101, 102, 103, 104, 105]);
});

test('neighbours of a carrier in a session that is not of gt are spared', () => {
  const all = world(proc(100, SELF, 20, marked), proc(101, 100, 20), proc(102, 20, 20));
  expect(pids(targets(all, hunt(), SELF))).toEqual([100, 101]);
});

test('this process, its ancestors, and those who hang on them are spared whatever they carry', () => {
  const all = [
    proc(1, 0, 1),
    proc(20, 1, 20, marked),
    proc(30, 20, 20),
    proc(SELF, 30, 20, marked),
    proc(60, 20, 20),
    proc(61, SELF, 20),
  ];
  expect(targets(all, hunt({ leader: { pid: 20, born: '20' } }), SELF)).toEqual([]);
});

test('a leader counts only with its own start time', () => {
  const all = world(proc(100, 1, 100), proc(101, 100, 100));
  expect(pids(targets(all, hunt({ leader: { pid: 100, born: '100' } }), SELF))).toEqual([100, 101]);
  expect(targets(all, hunt({ leader: { pid: 100, born: '99' } }), SELF)).toEqual([]);
});

test('the session of a leader that ended before the kill counts only while the token is carried in it', () => {
  const leader = { pid: 100, born: '100' };
  const orphan = proc(103, 1, 100);
  expect(targets(world(orphan), hunt({ leader }), SELF)).toEqual([]);
  expect(pids(targets(world(orphan, proc(104, 1, 100, marked)), hunt({ leader }), SELF))).toEqual([103, 104]);
});

test('what was found once stays a target after its parent and its leader are gone', () => {
  const state = hunt({ leader: { pid: 100, born: '100' } });
  expect(pids(targets(world(proc(100, 1, 100), proc(101, 100, 101)), state, SELF))).toEqual([100, 101]);
  expect(pids(targets(world(proc(101, 1, 101), proc(107, 1, 100)), state, SELF))).toEqual([101, 107]);
  expect(targets(world(proc(101, 1, 101, { born: 'later' })), hunt({ seen: state.seen }), SELF)).toEqual([]);
});

test('the dead are no targets, but those who are in their session are', () => {
  const state = hunt({ leader: { pid: 100, born: '100' } });
  expect(pids(targets(world(proc(100, 1, 100, { state: 'Z' }), proc(101, 1, 100)), state, SELF))).toEqual([101]);
});
