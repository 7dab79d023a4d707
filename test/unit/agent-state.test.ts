import { expect, test } from 'vitest';
import { agentState, asksOfPerson, showsOf } from '#core/agent-state';
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

test('of one whose screen tells nothing its word counts: a polecat has its work, one that lasts has called', () => {
  const rex = aLasting('hq-dog-rex', { wanted: { at: 1, by: 'x' }, session: { ...session, id: 'hq-dog-rex.s1' } });
  const says = [live(), rex].map((one) => agentState(one, { host: running }).evidence);
  expect(says).toEqual(['it has its work', 'it has called']);
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

test('a turn that failed is told by its hook though the prompt looks as if it rested, until something new begins', () => {
  const after = (noted: object, more: Partial<NonNullable<Run['session']>> = {}) => live({ noted, ...more } as object);
  const failed = after({ failed: { at: 5, what: 'server_error' } });
  for (const seen of [screen('idle'), screen('unknown'), undefined])
    expect(agentState(failed, { seen })).toEqual({
      is: 'idle',
      evidence: 'its turn failed (server_error), and nothing has begun since',
      todo: 'gt nudge gp/toast "go on"',
    });
  expect(is(failed, screen('busy'))).toBe('busy');
  expect(is(failed, screen('dialog'))).toBe('blocked');
  const limited = after(
    { limited: { at: 5, what: 'rate_limit' } },
    { shows: { is: 'idle', what: 'its prompt is ready', since: 6 } },
  );
  expect(agentState(limited, {})).toMatchObject({ is: 'limited', evidence: expect.stringContaining('rate_limit') });
  expect(agentState(after({ failed: { at: 5, what: 'authentication_failed' } }), {})).toMatchObject({
    is: 'blocked',
    todo: 'gt config agent login claude',
  });
  expect([failed, limited].map((run) => asksOfPerson(agentState(run, {})))).toEqual([true, true]);
  expect(asksOfPerson(agentState(live(), { seen: screen('idle') }))).toBe(false);
  expect(is(after({ failed: { at: 5 } }, { exit: { code: 1, signal: null, at: 7 } }))).toBe('exited');
});

test('one in whose context nothing goes on makes room for a fresh one; where that would be no better off, a person is asked', () => {
  const full = { noted: { full: { at: 5, what: 'Prompt is too long' } } };
  const evidence = expect.stringContaining('its context is full (Prompt is too long)');
  expect(agentState(live({ ...full, due: { at: 5, why: 'w', full: true } }), {})).toEqual({
    is: 'leaving',
    evidence,
    todo: null,
  });
  const left = agentState(live(full), {});
  expect(left).toEqual({ is: 'idle', evidence, todo: 'gt handoff gp/toast "go on, afresh"' });
  expect(asksOfPerson(left)).toBe(true);
});

test('what a screen says of a failed turn is told with its prompt, where no hook tells', () => {
  const seen = screen('idle', { why: 'its prompt is ready', failed: '■ unexpected status 500' });
  expect(agentState(live(), { seen }).evidence).toBe('its prompt is ready; its screen says: ■ unexpected status 500');
});

test('a limit that only the screen tells waits for a person, with what the screen says of it', () => {
  const shows = { is: 'limited' as const, what: 'it is limited: try again at 15:05', since: 3 };
  const state = agentState(live({ shows }), {});
  expect(state).toEqual({ is: 'limited', evidence: shows.what, todo: 'gt nudge gp/toast "go on"' });
  expect(asksOfPerson(state)).toBe(true);
});

test('a start that is refused is told at once with what mends it, until an agent is there, or the next try', () => {
  const unfit = { at: 5, why: 'No agent is called ghost.', todo: 'gt config agent list' };
  const noted = { ackedAt: undefined, pid: undefined };
  for (const run of [aRun('gp-a.r1', { unfit }), live({ ...noted, at: 4 }, { unfit })]) {
    expect(agentState(run, {})).toEqual({ is: 'starting', evidence: unfit.why, todo: unfit.todo });
    expect(asksOfPerson(agentState(run, {}))).toBe(true);
  }
  expect(agentState(live({ ackedAt: undefined, at: 4 }, { unfit }), {})).toMatchObject({ is: 'starting', todo: null });
  expect(agentState(live({ ...noted, at: 6 }, { unfit }), {})).toMatchObject({ is: 'starting', todo: null });
  const mayor = (session: object) =>
    aLasting('hq-mayor', {
      wanted: { at: 1, by: 'overseer' },
      waits: unfit,
      session: { ...live().session, ...session } as never,
    });
  expect(agentState(mayor({ ...noted, at: 4 }), {})).toMatchObject({ evidence: unfit.why, todo: unfit.todo });
  expect(agentState(mayor({ at: 4, exit: { code: 0, signal: null, at: 9 } }), {}).evidence).not.toContain('ghost');
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

test('where no agent is wanted any more, a role that is code is filled by gt, and any other by nobody', () => {
  const at = (id: string, role: 'mayor' | 'witness') =>
    agentState(aLasting(id, { role, session: undefined, wanted: undefined }), {});
  expect(at('hq-mayor', 'mayor')).toMatchObject({ is: 'exited', evidence: 'nobody wants it now' });
  expect(at('sh-witness', 'witness')).toMatchObject({ is: 'exited', evidence: 'gt itself is in its place' });
});
