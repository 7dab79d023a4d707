import { expect, test } from 'vitest';
import { follows } from '#core/follow';
import type { Agent, Run } from '#core/records';
import { aLasting, aRun } from '../support/records.ts';

const wanted = { at: 1, by: 'overseer' };
const exit = { code: null, signal: 9, at: 9 };
const session = (n: number, more: object = {}) => ({ id: `hq-mayor.s${n}`, token: 't', at: 2, ...more });
const crewOf = (of: Partial<Agent>) => aLasting('hq-mayor', { wanted, sessions: 3, session: session(3, { pid: 7 }), ...of });
const mayor = (of: Partial<Agent>) => follows(crewOf(of), 'hq-mayor.s3', exit);
const run = (of: Partial<Run>) =>
  follows(
    aRun('gp-a.r1', { state: 'ready', sessions: 1, session: { id: 'gp-a.r1.s1', token: 't', at: 2, pid: 7 }, ...of }),
    'gp-a.r1.s1',
    { code: 0, signal: null },
  );

const asked = { at: 5, by: 'overseer' };
const cycle = { at: 5, by: 'hq-mayor.s3', why: 'asked by itself', session: 'hq-mayor.s3' };

test.each([
  ['its end is known before the books know it', mayor({}), { is: 'coming', ended: 'signal 9', next: 'hq-mayor.s4' }],
  ['handed off', mayor({ cycle }), { is: 'coming', ended: 'handed off', next: 'hq-mayor.s4' }],
  ['restarted', mayor({ cycle: { ...cycle, why: 'restart', hurry: true } }), { is: 'coming', ended: 'restart' }],
  [
    'crashed, and the next one starts after a pause',
    mayor({ session: session(3, { exit }), notBefore: 99 }),
    { is: 'coming', ended: 'signal 9', next: 'hq-mayor.s4', at: 99 },
  ],
  [
    'the next one finds no place',
    mayor({ session: session(3, { exit }), waits: { at: 5, why: '1 of 1 sessions of claude run' } }),
    { is: 'coming', waits: '1 of 1 sessions of claude run' },
  ],
  [
    'the next one is noted and has no process yet',
    mayor({ session: session(4), sessions: 4 }),
    { is: 'coming', next: 'hq-mayor.s4' },
  ],
  ['the next one is there', mayor({ session: session(4, { pid: 8 }), sessions: 4 }), { is: 'there', session: 'hq-mayor.s4' }],
  ['it came and went', mayor({ session: session(4, { pid: 8, exit }), sessions: 4 }), { is: 'coming', next: 'hq-mayor.s5' }],
  ['a polecat died', run({}), { is: 'coming', ended: 'exit code 0', next: 'gp-a.r1.s2' }],
])('a next session is waited for: %s', (_law, told, expected) => expect(told).toMatchObject(expected));

test.each([
  ['stopped', mayor({ wanted: undefined }), /nobody wants it now/, 'gt mayor start'],
  ['killed', mayor({ killed: asked }), /killed by overseer/, 'gt wake mayor'],
  ['its crash loop is broken off', mayor({ broken: { at: 5, why: 'it ended 5 times' } }), /it ended 5 times/, 'gt mayor start'],
  ['asleep, and its session is over', mayor({ asleep: asked, session: session(3, { exit }) }), /put to sleep/, 'gt wake mayor'],
  ['removed', mayor({ removed: asked }), /removed/, undefined],
  ['unknown', follows(undefined, 'hq-mayor.s3', exit), /no more/, undefined],
  ['its work is handed in', run({ submitted: { at: 5, head: 'h' } as Run['submitted'] }), /handed in/, undefined],
  ['its run is over', run({ state: 'ended', outcome: 'failed' }), /without progress/, undefined],
  ['its item was taken back', run({ released: asked }), /taken off/, undefined],
  ['a polecat was killed', run({ killed: asked }), /killed by overseer/, 'gt wake gp/toast'],
])('none is: %s', (_law, told, why, todo) => {
  expect(told).toMatchObject({ is: 'none', why: expect.stringMatching(why) });
  expect('todo' in told ? told.todo : undefined).toBe(todo);
});
