import { expect, test } from 'vitest';
import { type AgentFacts, type DeliveryMove, nextForDelivery } from '#core/delivery-next';
import { HOOK_PATIENCE_MS } from '#core/limits';
import type { Delivery, Recipient } from '#core/records';
import { aDelivery } from '../support/records.ts';

const NOW = 100_000;
const DUE = 1_000_000;
const S1 = 'gp-a.r1.s1';
const working = (more: Partial<AgentFacts> = {}, quiet = 0): AgentFacts => ({
  over: false,
  takesByHook: true,
  session: { id: S1, saidHello: true, lastOutputAt: NOW - quiet, looksIdle: false },
  ...more,
});
const nobody: AgentFacts = { over: false, takesByHook: false };
const doc = (more: Partial<Delivery> = {}) => aDelivery('dl-1', { createdAt: NOW - 10, expiresAt: DUE, ...more });
const line = (more: Partial<Recipient> = {}): Recipient => ({
  id: 'gp-a',
  line: [{ id: 'dl-1' }],
  doubtful: [],
  hooked: S1,
  ...more,
});
const behind = line({ line: [{ id: 'dl-0' }, { id: 'dl-1' }] });
const claim = (path: 'hook' | 'terminal', until = DUE) => ({
  state: 'claimed' as const,
  claim: { path, owner: 'x', session: S1, at: 1, until },
});
const CLAIM: DeliveryMove = { do: 'claim', session: S1 };

const MOVES: Array<[law: string, delivery: Delivery, recipient: Recipient, facts: AgentFacts, move: object]> = [
  ['one that has ended is over', doc({ state: 'taken' }), line(), working(), { do: 'end' }],
  ['one that a hook has is left to it', doc(claim('hook')), line(), working(), { do: 'wait', until: DUE }],
  ['one at the terminal is asked for, by whatever worker', doc(claim('terminal')), line(), nobody, { do: 'ask-host' }],
  ['a claim that has run out is run out, of a hook', doc(claim('hook', NOW)), line(), working(), { do: 'run-out' }],
  ['a claim that has run out is run out, of a worker', doc(claim('terminal', NOW)), line(), working(), { do: 'run-out' }],
  [
    'one is not claimed before its turn',
    doc(),
    behind,
    working({ takesByHook: false }),
    { do: 'wait', why: expect.stringContaining('dl-0') },
  ],
  [
    'what is said at once waits for no turn',
    doc({ mode: 'immediate' }),
    { ...behind, line: [{ id: 'dl-0' }, { id: 'dl-1', immediate: true }] },
    working(),
    CLAIM,
  ],
  ['without an agent it waits for the next one', doc(), line(), nobody, { do: 'wait', until: DUE, why: 'no agent is there' }],
  [
    'an agent that has not said hello is not talked to',
    doc(),
    line(),
    working({ session: { id: S1, saidHello: false, lastOutputAt: 0, looksIdle: false } }),
    { do: 'wait', why: expect.stringContaining('hello') },
  ],
  ['without hooks the host waits for the end of the turn', doc(), line(), working({ takesByHook: false }), CLAIM],
  ['hooks that never called are not waited for', doc(), line({ hooked: 'gp-a.r1.s0' }), working(), CLAIM],
  [
    'an agent at work is left to its hooks',
    doc(),
    line(),
    working(),
    { do: 'wait', until: NOW + HOOK_PATIENCE_MS, why: expect.stringContaining('hooks') },
  ],
  ['an agent whose turn is over is not waited for', doc(), line({ idle: { session: S1, at: NOW - 1 } }), working(), CLAIM],
  [
    'nor one whose screen shows it',
    doc(),
    line(),
    working({ session: { id: S1, saidHello: true, lastOutputAt: NOW, looksIdle: true } }),
    CLAIM,
  ],
  [
    'a first prompt is typed before its agent can have said hello',
    doc({ first: S1 }),
    line(),
    working({ session: { id: S1, saidHello: false, lastOutputAt: NOW, looksIdle: false } }),
    CLAIM,
  ],
  ['and to no other session', doc({ first: 'gp-a.r1.s0' }), line(), working(), { do: 'give-up', as: 'superseded' }],
  [
    'what stands in the input is asked for again after a pause',
    doc({ ...claim('terminal'), notBefore: NOW + 5 }),
    line(),
    nobody,
    { do: 'wait', until: NOW + 5 },
  ],
  [
    'that an earlier session was idle says nothing',
    doc(),
    line({ idle: { session: 'gp-a.r1.s0', at: 1 } }),
    working(),
    { do: 'wait' },
  ],
  [
    'a terminal that has been still since is nudged, whatever the hooks said last',
    doc({ createdAt: NOW - HOOK_PATIENCE_MS }),
    line(),
    working({}, HOOK_PATIENCE_MS),
    CLAIM,
  ],
  ['what is too long for a hook goes to the terminal', doc({ bytes: 9000 }), line(), working(), CLAIM],
  [
    'a pause after a try is kept',
    doc({ notBefore: NOW + 5 }),
    line(),
    working({ takesByHook: false }),
    { do: 'wait', until: NOW + 5 },
  ],
  ['one whose time is over expires', doc({ expiresAt: NOW }), line(), working(), { do: 'give-up', as: 'expired' }],
  [
    'one that nobody was there for is undeliverable',
    doc({ expiresAt: NOW }),
    line(),
    nobody,
    { do: 'give-up', as: 'undeliverable' },
  ],
  [
    'one for a closed item is undeliverable at once',
    doc(),
    line(),
    { ...nobody, over: true },
    { do: 'give-up', as: 'undeliverable' },
  ],
];

test.each(MOVES)('%s', (_law, delivery, recipient, facts, move) => {
  expect(nextForDelivery(delivery, recipient, facts, NOW)).toMatchObject(move);
});
