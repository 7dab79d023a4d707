import { expect, test } from 'vitest';
import { peek } from '#chores/peek';
import type { Run } from '#core/records';
import { refuse } from '#core/refusals';

const run = (session?: Run['session']): Run => ({
  id: 'sh-1.r1',
  work: 'sh-1',
  generation: 1,
  rig: 'shop',
  name: 'toast',
  agent: 'shell',
  attempt: 1,
  state: 'live',
  grantedAt: 1,
  dir: '/w',
  sessions: 1,
  deaths: 0,
  snapshots: 0,
  ...(session ? { session } : {}),
});
const info = {
  id: 'sh-1.r1.s1',
  pid: 7,
  born: '1',
  startedAt: 1,
  cwd: '/w',
  state: 'running' as const,
  seq: 10_000,
  lastOutputAt: 9,
};
const asked: number[] = [];
const asking = { lines: 5, colour: false };
const host = {
  features: new Set<string>(),
  peek: async () => undefined,
  look: async () => Promise.reject(new Error('not asked')),
  get: async (id: string) => (id === info.id ? info : undefined),
  output: async (_id: string, from = 0) => {
    asked.push(from);
    return { bytes: Buffer.from('\x1b[1mone\x1b[0m\r\ntwo\r\n'), from, seq: info.seq };
  },
};

test('a live session shows the end of its output, and no more is asked for than that', async () => {
  const shown = await peek(host, run({ id: info.id, token: 't', at: 1 }), { lines: 1, colour: false });
  expect(shown).toMatchObject({ agent: 'shop/toast', session: info.id, state: 'running', pid: 7, text: 'two' });
  expect(asked).toEqual([10_000 - 2048]);
});

test('a session that is over shows what was kept of it, also with the host away', async () => {
  const over = run({ id: 'sh-1.r1.s0', token: 't', at: 1, lastWords: 'bye\r\n', exit: { code: 0, signal: null, at: 5 } });
  for (const from of [host, refuse('TOWN_DOWN')])
    expect(await peek(from, over, asking)).toMatchObject({ state: 'over', pid: null, lastOutputAt: 5, text: 'bye' });
});

test('without a session, or without a trace of it, there is nothing to show', async () => {
  expect(await peek(host, run(), asking)).toMatchObject({ refused: 'NO_OUTPUT' });
  expect(await peek(host, run({ id: 'sh-1.r1.s9', token: 't', at: 1 }), asking)).toMatchObject({ refused: 'NO_OUTPUT' });
  expect(await peek(refuse('TOWN_DOWN'), run({ id: 'sh-1.r1.s9', token: 't', at: 1 }), asking)).toMatchObject({
    refused: 'TOWN_DOWN',
  });
});

test('a host that keeps screens is asked for what is seen; without one for this session the end of its output stands in', async () => {
  const session = run({ id: info.id, token: 't', at: 1 });
  const shown = {
    text: 'seen',
    seq: 1,
    cols: 80,
    rows: 24,
    cursor: { x: 0, y: 0, hidden: false },
    title: 'vim',
    alternate: true,
  };
  const lines: number[] = [];
  const able = { ...host, features: new Set(['screen']) };
  const seeing = {
    ...able,
    peek: async (_id: string, options: { lines: number }) => (lines.push(options.lines) > 0 ? shown : undefined),
  };
  expect(await peek(seeing, session, { lines: 1e6, colour: true })).toMatchObject({
    text: 'seen',
    title: 'vim',
    state: 'running',
  });
  expect(lines).toEqual([2000]);
  expect(await peek(able, session, asking)).toMatchObject({ text: 'one\ntwo' });
});

test('the state of its agent is told by what its screen shows, and without a look by what is known otherwise', async () => {
  const session = run({ id: info.id, token: 't', at: 1, ackedAt: 2 });
  const dialog = { name: 'unknown', kind: 'unknown', enter: 'unknown' };
  const looked = {
    state: 'dialog' as const,
    dialog,
    draft: undefined,
    ready: false,
    why: 'it asks: Proceed?',
    title: '',
    screen: '',
  };
  const seen: object[] = [];
  const looking = {
    ...host,
    features: new Set(['nudge']),
    look: async (_id: string, asked: object) => {
      seen.push(asked);
      return looked;
    },
  };
  const screen = { ready: [] };
  expect(await peek(looking, session, { ...asking, screen })).toMatchObject({
    agentState: { is: 'blocked', evidence: 'it asks: Proceed?', todo: 'gt attach shop/toast' },
  });
  expect(seen).toEqual([screen]);
  for (const from of [host, { ...host, features: new Set(['nudge']) }])
    expect(await peek(from, session, { ...asking, screen })).toMatchObject({ agentState: { is: 'working' } });
  expect(await peek(looking, session, asking)).toMatchObject({ agentState: { is: 'working' } });
});
