import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '#core/change';
import { blockedBy, type Claim, forHook, type Move, moved, nobodyYet, post, RAN_OUT, ranOut, settled } from '#core/delivery';
import { NUDGE_ATTEMPTS, NUDGE_LINE } from '#core/limits';
import type { Delivery, Recipient } from '#core/records';
import { isRefusal } from '#core/refusals';
import { aDelivery } from '../support/records.ts';

/** The books of one agent, and what has truly arrived at it: which a worker cannot see. */
class Agent {
  recipient: Recipient = nobodyYet('gp-a');
  readonly docs = new Map<string, Delivery>();
  readonly arrived: string[] = [];
  readonly posted: string[] = [];
  /** What stands in its input, unsent. */
  draft: string | undefined;
  now = 1000;

  write(change: Change<unknown>): void {
    for (const one of change.put) {
      if (one.noun === 'delivery') this.docs.set(one.doc.id, one.doc);
      if (one.noun === 'recipient') this.recipient = one.doc;
    }
  }

  step(...moves: Move[]): void {
    this.write(moved(this.recipient, moves, this.now));
  }

  post(more: Partial<Delivery>): void {
    const fresh = aDelivery(`dl-${this.posted.length}`, { createdAt: this.now, expiresAt: this.now + 50, ...more });
    const same = this.open().filter((doc) => fresh.key !== undefined && doc.key === fresh.key);
    const change = post(this.recipient, fresh, 'text', same, this.now);
    if (isRefusal(change)) throw new Error(change.refused);
    this.posted.push(fresh.id);
    this.write(change);
  }

  open(): Delivery[] {
    return this.recipient.line.map(({ id }) => this.get(id));
  }

  get(id: string): Delivery {
    const doc = this.docs.get(id);
    if (!doc) throw new Error(`no ${id}`);
    return doc;
  }
}

const claimOf = (path: Claim['path'], owner: string, now: number): Claim => ({
  path,
  owner,
  session: 'gp-a.r1.s1',
  ...(path === 'hook' && { moment: 'context' }),
  at: now,
  until: now + 20,
});

/** What may happen to an agent's deliveries. Each answers at once or leaves a claim behind, as a process that dies does. */
const ACTIONS: Record<string, (agent: Agent, pick: number) => void> = {
  post: (agent, pick) => agent.post(pick % 3 === 0 ? { key: `k${pick % 2}` } : pick % 7 === 1 ? { mode: 'immediate' } : {}),
  'time passes': (agent, pick) => {
    agent.now += pick;
  },
  'a hook prints': (agent, pick) => {
    const { take, over } = forHook(agent.recipient, agent.docs, agent.now);
    const claim = claimOf('hook', `hook ${agent.now}.${pick}`, agent.now);
    agent.step(
      ...over.map((doc) => ({ doc, state: 'expired' }) as const),
      ...take.map((doc) => ({ doc, state: 'claimed', claim }) as const),
    );
    if (pick % 4 === 0) return; // killed before it printed
    agent.arrived.push(...take.map(({ id }) => id));
    if (pick % 4 === 1) return; // killed after it printed
    for (const { id } of take) agent.step({ doc: agent.get(id), state: 'taken' });
  },
  'the terminal is claimed': (agent, pick) => {
    const free = agent.open().filter((doc) => doc.state === 'pending' && !blockedBy(agent.recipient, doc.id));
    const doc = free[pick % Math.max(1, free.length)];
    if (!doc || doc.expiresAt <= agent.now || (doc.notBefore ?? 0) > agent.now) return;
    agent.step({ doc, state: 'claimed', claim: claimOf('terminal', `worker ${pick}`, agent.now) });
  },
  'the host answers': (agent, pick) => {
    const [doc] = agent.open().filter((one) => one.claim?.path === 'terminal' && !ranOut(one, agent.now));
    const state = (['taken', 'not-sent', 'draft-left', 'unknown'] as const)[pick % 4];
    if (!doc || !state) return;
    if (agent.draft === doc.id && state === 'not-sent') return; // it is typed: it cannot be said that it is not
    agent.draft = state === 'draft-left' ? doc.id : undefined;
    if (state === 'taken' || (state === 'unknown' && pick % 8 > 3)) agent.arrived.push(doc.id);
    agent.step(settled(doc, { state }, agent.now));
  },
  'claims run out': (agent) => {
    for (const doc of agent.open()) if (ranOut(doc, agent.now)) agent.step({ doc, state: 'unknown', why: RAN_OUT });
  },
  'a person sends the draft': (agent) => {
    const [doc] = [...agent.docs.values()].filter((one) => one.state === 'draft-left' || agent.draft === one.id);
    if (!doc || agent.arrived.includes(doc.id)) return;
    agent.draft = undefined;
    agent.arrived.push(doc.id);
    agent.step({ doc, state: 'taken', why: 'its prompt shows it' });
  },
  'one is withdrawn': (agent, pick) => {
    const pending = agent.open().filter((doc) => doc.state === 'pending');
    const doc = pending[pick % Math.max(1, pending.length)];
    if (doc) agent.step({ doc, state: 'withdrawn' });
  },
};

/** The beginning of a story in which nobody hears what became of the first. */
const RUNS_OUT = [
  ['post', 1],
  ['the terminal is claimed', 0],
  ['time passes', 40],
  ['claims run out', 0],
] as const;

describe('whatever hooks, terminals, crashes and clocks do', () => {
  const story = fc.array(fc.tuple(fc.constantFrom(...Object.keys(ACTIONS)), fc.nat(40)), { maxLength: 60 });
  const told = (steps: ReadonlyArray<readonly [string, number]>, see: (agent: Agent) => void) => {
    const agent = new Agent();
    for (const [action, pick] of steps) {
      ACTIONS[action]?.(agent, pick);
      see(agent);
    }
    return agent;
  };

  test('nothing arrives twice, and what is reported is true', () => {
    fc.assert(
      fc.property(story, (steps) => {
        const agent = told(steps, ({ arrived }) => expect(new Set(arrived).size).toBe(arrived.length));
        for (const { id, state } of agent.docs.values()) {
          if (state === 'taken') expect(agent.arrived).toContain(id);
          if (['pending', 'not-sent', 'expired', 'superseded', 'withdrawn'].includes(state))
            expect(agent.arrived).not.toContain(id);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('an agent hears what was said in the order in which it was said, but for what was said at once or sent later by a person', () => {
    fc.assert(
      fc.property(story, (steps) => {
        const agent = told(steps, () => undefined);
        const inOrder = agent.arrived.filter((id) => {
          const { mode, history } = agent.get(id);
          return mode !== 'immediate' && !history.some((one) => one.state === 'draft-left');
        });
        expect(inOrder).toEqual(agent.posted.filter((id) => inOrder.includes(id)));
      }),
      { numRuns: 500 },
    );
  });

  test('the line holds what is open, in order, and none is claimed while one before it is pending or in other hands', () => {
    fc.assert(
      fc.property(story, (steps) => {
        told(steps, (agent) => {
          const open = agent.posted.filter((id) => ['pending', 'claimed'].includes(agent.get(id).state));
          expect(agent.recipient.line.map(({ id }) => id)).toEqual(open);
          for (const { id, path } of agent.recipient.line) expect(path).toBe(agent.get(id).claim?.path);
          agent.open().forEach((doc, at, all) => {
            if (doc.state !== 'claimed' || doc.mode === 'immediate') return;
            for (const before of all.slice(0, at)) expect(before.claim?.owner).toBe(doc.claim?.owner);
          });
        });
      }),
      { numRuns: 500 },
    );
  });

  test('what is unknown, or typed and not sent, is never claimed again', () => {
    fc.assert(
      fc.property(story, (steps) => {
        const agent = told([...RUNS_OUT, ...steps], () => undefined);
        expect(agent.docs.get('dl-0')?.history.map(({ state }) => state)).toContain('unknown');
        for (const { history } of agent.docs.values()) {
          const at = history.findIndex(({ state }) => state === 'unknown' || state === 'draft-left');
          if (at >= 0) expect(history.slice(at + 1).filter(({ state }) => state !== 'taken')).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('a step that cannot follow is a fault', () => {
  const doc = aDelivery('dl-1', { state: 'unknown' });
  expect(() => moved(nobodyYet('gp-a'), [{ doc, state: 'pending' }], 1)).toThrow('cannot become');
  expect(() => moved(nobodyYet('gp-a'), [{ doc: aDelivery('dl-1'), state: 'taken' }], 1)).toThrow('cannot become');
});

test('what was certainly not sent is tried again with growing pauses, and at last not any more', () => {
  const agent = new Agent();
  agent.post({ expiresAt: 1e9 });
  const pauses: number[] = [];
  for (let i = 0; i < NUDGE_ATTEMPTS; i++) {
    agent.step({ doc: agent.get('dl-0'), state: 'claimed', claim: claimOf('terminal', 'worker 1', agent.now) });
    agent.step(settled(agent.get('dl-0'), { state: 'not-sent', why: 'a dialog' }, agent.now));
    pauses.push((agent.get('dl-0').notBefore ?? 0) - agent.now);
    agent.now = agent.get('dl-0').notBefore ?? agent.now;
  }
  expect(pauses.slice(0, -1)).toEqual([5000, 10_000, 20_000, 40_000]);
  expect(agent.get('dl-0')).toMatchObject({ state: 'not-sent', why: 'a dialog', endedAt: agent.now });
});

test('one with the same key takes the place of what waits, and calls back what is at the terminal', () => {
  const agent = new Agent();
  agent.post({ key: 'status' });
  agent.post({ key: 'status' });
  expect(agent.get('dl-0')).toMatchObject({ state: 'superseded', why: 'dl-1 took its place' });
  agent.step({ doc: agent.get('dl-1'), state: 'claimed', claim: claimOf('terminal', 'worker 1', 1000) });
  agent.post({ key: 'status' });
  expect(agent.get('dl-1')).toMatchObject({ state: 'claimed', unwanted: { as: 'superseded', by: 'dl-2' } });
  expect(settled(agent.get('dl-1'), { state: 'not-sent' }, 1000)).toMatchObject({ state: 'superseded' });
  expect(settled(agent.get('dl-1'), { state: 'taken' }, 1000)).toMatchObject({ state: 'taken' });
});

test('a line has an end', () => {
  const agent = new Agent();
  for (let i = 0; i < NUDGE_LINE; i++) agent.post({});
  expect(() => agent.post({})).toThrow('NUDGE_LINE_FULL');
});

test('a first prompt is typed, never printed by a hook, and goes before what was said earlier', () => {
  const agent = new Agent();
  agent.post({});
  agent.post({ first: 'gp-a.r1.s1' });
  expect(blockedBy(agent.recipient, 'dl-1')).toBeUndefined();
  expect(forHook(agent.recipient, agent.docs, 1000).take.map(({ id }) => id)).toEqual(['dl-0']);
});

test('a hook takes no more than a program reads at once, and leaves what is long to the terminal', () => {
  const agent = new Agent();
  agent.post({ bytes: 5000 });
  agent.post({ bytes: 5000 });
  expect(forHook(agent.recipient, agent.docs, 1000).take.map(({ id }) => id)).toEqual(['dl-0']);
  const long = new Agent();
  long.post({ bytes: 100_000 });
  long.post({ bytes: 1 });
  expect(forHook(long.recipient, long.docs, 1000).take).toEqual([]);
});
