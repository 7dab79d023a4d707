import { expect, test } from 'vitest';
import { agentState, showsOf } from '#core/agent-state';
import type { Run } from '#core/records';
import type { Classified } from '#core/screen-state';
import { aLasting, aRun } from '../support/records.ts';

const session = { id: 'gp-a.r1.s1', token: 't', at: 1, pid: 7, ackedAt: 2 };
const live = (more: Partial<NonNullable<Run['session']>> = {}, run: Partial<Run> = {}) =>
  aRun('gp-a.r1', { state: 'live', agent: 'claude', session: { ...session, ...more }, ...run });
const screen = (state: Classified['state'], more: Partial<Classified> = {}): Classified => ({
  state,
  draft: '',
  ready: state === 'idle',
  why: `the screen says ${state}`,
  ...more,
});
const running = { state: 'running' };
const is = (run: Run, seen?: Classified, host = running) => agentState(run, { host, seen }).is;

test('what an agent is at follows from its end, its screen, and its own word, the surest first', () => {
  expect(is(aRun('gp-a.r1'))).toBe('starting');
  expect(is(aRun('gp-a.r1', { state: 'live' }))).toBe('starting');
  expect(is(live({ ackedAt: undefined }))).toBe('starting');
  expect(is(live())).toBe('working');
  expect(is(live(), screen('unknown'))).toBe('working');
  for (const state of ['busy', 'idle', 'limited'] as const) expect(is(live(), screen(state))).toBe(state);
  expect(is(live(), screen('dialog'))).toBe('blocked');
  expect(is(live({}, { submitted: { at: 3 } }), screen('idle'))).toBe('leaving');
  expect(is(live(), screen('dialog'), { state: 'drained' })).toBe('exited');
  expect(is(live({ exit: { code: 1, signal: null, at: 5 } }), screen('dialog'))).toBe('exited');
  expect(is(live({}, { state: 'ended', outcome: 'failed' }))).toBe('exited');
});

test('a dialog that is open before the first word of an agent is told, a prompt that is ready is not enough', () => {
  const silent = live({ ackedAt: undefined });
  expect(is(silent, screen('dialog'))).toBe('blocked');
  expect(is(silent, screen('idle'))).toBe('starting');
});

test('an agent that lasts rests from the moment in which it has its context: it says no word before it is spoken to', () => {
  const mayor = (more: object) =>
    aLasting('hq-mayor', { wanted: { at: 1, by: 'overseer' }, session: { ...session, ackedAt: undefined, ...more } });
  expect(agentState(mayor({}), {}).is).toBe('starting');
  expect(agentState(mayor({ primed: 'c1' }), {}).is).toBe('idle');
  expect(agentState(mayor({ primed: 'c1' }), { seen: screen('dialog') }).is).toBe('blocked');
});

test('who is blocked is told with what asks, what to do, and what an Enter would do there', () => {
  const dialog = { name: 'bypass', kind: 'warning', enter: 'exits' };
  expect(agentState(live(), { seen: screen('dialog', { dialog, why: 'the dialog `bypass` is open' }) })).toEqual({
    is: 'blocked',
    evidence: 'the dialog `bypass` is open; Enter would end it',
    todo: 'gt attach gp/toast',
  });
  for (const seen of [screen('dialog', { dialog: { ...dialog, kind: 'login' } }), screen('idle', { login: 'Please run /login' })])
    expect(agentState(live(), { seen })).toMatchObject({ is: 'blocked', todo: 'gt config agent login claude' });
});

test('without a look what the record keeps of the last one counts; a look of now stands above it', () => {
  const shows = { is: 'dialog' as const, what: 'it asks', since: 3 };
  expect(is(live({ shows }))).toBe('blocked');
  expect(is(live({ shows }), screen('busy'))).toBe('busy');
});

test('of a screen a line is kept at most, and nothing of an agent that works', () => {
  expect(showsOf(screen('busy', { login: 'Please run /login' }))).toBeUndefined();
  expect(showsOf(screen('unknown'))).toBeUndefined();
  expect(showsOf(screen('dialog', { why: 'x'.repeat(5000) }))?.what).toHaveLength(200);
});
