import { expect, test } from 'vitest';
import { agentBeacon, agentPrompt } from '#core/agent-prompt';
import { agentOfId, gtFor } from '#core/agent-words';
import { agentIdOf } from '#core/holder';
import { keysIn } from '../../src/cli/list-keys.ts';
import { aLasting } from '../support/records.ts';

const session = { id: 'hq-mayor.s2', token: 't', at: Date.UTC(2026, 0, 2, 3, 4) };
const witness = { role: 'witness', rig: 'shop', name: 'witness' } as const;

test('a mayor waits at its prompt, whether it is new or was resumed: it costs nothing before somebody speaks', () => {
  expect(agentPrompt(aLasting('hq-mayor', { session }), 'fresh')).toBeUndefined();
  expect(agentPrompt(aLasting('hq-mayor', { session }), 'resume')).toBeUndefined();
});

test('a session that waits has its line all the same, by which its conversation is found', () => {
  expect(agentBeacon(aLasting('hq-mayor', { session }), 'fresh')).toBe('[GAS TOWN] mayor <- gt • 2026-01-02T03:04 • start');
  expect(agentBeacon(aLasting('hq-mayor', { session }), 'resume')).toMatch(/ • resumed$/);
});

test('what somebody wants it to hear first comes behind its beacon', () => {
  const first = { text: 'look\u0007 around', by: 'overseer', at: 1 };
  expect(agentPrompt(aLasting('hq-mayor', { session: { ...session, first } }), 'fresh')).toBe(
    '[GAS TOWN] mayor <- human • 2026-01-02T03:04 • message\n\nlook around',
  );
});

test('one that follows itself reads its note; after a restart by a person it waits again', () => {
  const cycle = { at: 1, by: 'mayor', why: 'handoff', session: 'hq-mayor.s1' };
  expect(agentPrompt(aLasting('hq-mayor', { session, cycle }), 'fresh')).toMatch(/ • handoff\n\nYou follow an earlier session/);
  expect(agentPrompt(aLasting('hq-mayor', { session, cycle: { ...cycle, hurry: true } }), 'fresh')).toBeUndefined();
});

test('whoever works by itself is told to begin, and after a crash to go on', () => {
  const agent = aLasting('sh-witness', { ...witness, session });
  expect(agentPrompt(agent, 'fresh')).toMatch(
    /^\[GAS TOWN\] shop\/witness <- gt • .* • start\n\nYou are shop\/witness\. Run `gt prime`/,
  );
  expect(agentPrompt(agent, 'resume')).toMatch(/ • resumed\n\nYour session ended/);
});

test.each([
  ['hq-mayor', 'gt mayor attach'],
  ['hq-dog-rex', 'gt dog attach rex'],
  ['sh-witness', 'gt witness attach shop'],
  ['sh-refinery', 'gt refinery attach shop'],
  ['sh-crew-ann', 'gt crew attach shop/ann'],
])('%s says who it is, and which words are for it', (id, words) => {
  const who = agentOfId(id, new Map([['sh', 'shop']]));
  expect(who && gtFor(who, 'attach')).toBe(words);
  expect(agentIdOf(id, [{ name: 'shop', prefix: 'sh' }])).toBe(id);
});

test('an id of a rig that is not there means nobody', () => {
  expect(agentOfId('xx-witness', new Map([['sh', 'shop']]))).toBeUndefined();
});

test('keys of a list: arrows in both forms, letters, numbers; what means nothing is passed over', () => {
  expect(keysIn('\x1b[A\x1bOBjk3\rx\x1b[5~q')).toEqual(['up', 'down', 'down', 'up', 3, 'enter', 'quit']);
  expect(keysIn('\x03')).toEqual(['quit']);
  expect(keysIn('\x1b')).toEqual(['quit']);
});
