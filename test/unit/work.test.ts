import { describe, expect, test } from 'vitest';
import type { Work } from '#core/records';
import { isRefusal } from '#core/refusals';
import {
  addNeeds,
  closeMilestone,
  closing,
  createWork,
  escalate,
  failAttempt,
  letGo,
  MILESTONE,
  nextForWork,
  sling,
  standingOfWork,
  wantSlot,
} from '#core/work';
import { aRun, item, request } from '../support/records.ts';

const NOW = 5000;
const asked = { escalation: 'e', why: 'two attempts failed' };
const rework = { kind: 'checks', evidence: 'red' } as const;
const put = (change: ReturnType<typeof sling>): Work => {
  if (isRefusal(change)) throw new Error(change.refused);
  return change.answer;
};

test.each<[law: string, work: Partial<Work>, unmet: number, move: object]>([
  ['an open item is held', {}, 0, { do: 'hold' }],
  ['a deferred item is held', { status: 'deferred' }, 0, { do: 'hold' }],
  ['a slung item wants a slot', { status: 'hooked' }, 0, { do: 'want' }],
  ['a slung item waits for its needs first', { status: 'hooked' }, 2, { do: 'hold', why: 'waiting for 2 other items to close' }],
  [
    'an item in line is held',
    { status: 'hooked', want: { since: 1, rework: false } },
    0,
    { do: 'hold', why: 'waiting for a slot' },
  ],
  [
    'an item with a run waits for it',
    { status: 'in_progress', run: 'gp-a.r1', merge: 'gp-a.m1' },
    0,
    { do: 'await-run', run: 'gp-a.r1' },
  ],
  [
    'an item with a request waits for it',
    { status: 'in_progress', merge: 'gp-a.m1' },
    0,
    { do: 'await-merge', merge: 'gp-a.m1' },
  ],
  ['an item that came back wants a slot again', { status: 'in_progress', rework }, 0, { do: 'want' }],
  ['an item that needs you is held', { status: 'in_progress', needsYou: asked }, 0, { do: 'hold' }],
  ['a closed item whose run still lives waits for it', { status: 'closed', run: 'gp-a.r1' }, 0, { do: 'await-run' }],
  ['a closed item lets go of what it holds', { status: 'closed', hold: { name: 'toast', dir: 'd' } }, 0, { do: 'clean-up' }],
  ['a closed item that holds nothing ends', { status: 'closed' }, 3, { do: 'end' }],
  ['a milestone waits for its needs', { status: 'hooked', type: MILESTONE }, 1, { do: 'hold' }],
  ['a milestone closes when they are met', { status: 'hooked', type: MILESTONE }, 0, { do: 'close-milestone' }],
])('%s', (_law, work, unmet, move) => {
  expect(nextForWork(item('gp-a', work), unmet)).toMatchObject(move);
});

describe('sling', () => {
  test.each<[work: Partial<Work>, outcome: string]>([
    [{}, 'hooked'],
    [{ status: 'blocked' }, 'hooked'],
    [{ status: 'hooked', needsYou: asked }, 'hooked'],
    [{ status: 'in_progress', needsYou: asked }, 'in_progress'],
    [{ status: 'hooked' }, 'WORK_TAKEN'],
    [{ status: 'in_progress' }, 'WORK_TAKEN'],
    [{ status: 'in_progress', run: 'gp-a.r1', needsYou: asked }, 'WORK_TAKEN'],
    [{ status: 'in_progress', merge: 'gp-a.m1' }, 'WORK_TAKEN'],
    [{ status: 'closed', closed: { at: 1, reason: 'landed' } }, 'WORK_CLOSED'],
    [{ status: 'deferred' }, 'WORK_HELD'],
    [{ status: 'pinned' }, 'WORK_HELD'],
  ])('of %o gives %s', (work, outcome) => {
    const change = sling(item('gp-a', work), { by: 'overseer' }, NOW);
    expect(isRefusal(change) ? change.refused : change.answer.status).toBe(outcome);
  });

  test('after a question begins anew: no failures, the question gone, the evidence kept, and its place by when it was slung', () => {
    const work = item('gp-a', { status: 'in_progress', failures: 3, needsYou: asked, rework });
    const again = put(sling(work, { agent: 'codex', by: 'mayor' }, NOW));
    expect(again).toMatchObject({ failures: 0, rework, agent: 'codex' });
    expect(again).not.toHaveProperty('needsYou');
    expect(wantSlot(again, NOW + 99).answer.want).toEqual({ since: NOW, rework: true });
  });
});

describe('a close', () => {
  test('leaves nothing that somebody would still wait for, and settles its needs', () => {
    const work = item('gp-a', {
      status: 'in_progress',
      want: { since: 1, rework: true },
      needsYou: asked,
      rework,
      merge: 'gp-a.m1',
      run: 'gp-a.r1',
      hold: { name: 'toast', dir: 'd' },
    });
    const { doc, settle } = closing(work, { at: NOW, reason: 'landed', commit: 'c' });
    expect(settle).toEqual(['gp-a']);
    expect(doc).toMatchObject({
      status: 'closed',
      closed: { at: NOW, reason: 'landed', commit: 'c' },
      run: 'gp-a.r1',
      hold: { name: 'toast' },
    });
    for (const field of ['want', 'needsYou', 'rework', 'merge']) expect(doc).not.toHaveProperty(field);
    expect(letGo(doc, NOW).answer).not.toHaveProperty('hold');
  });

  test('of a milestone settles its needs too', () => {
    expect(closeMilestone(item('gp-a', { type: MILESTONE }), NOW)).toMatchObject({
      settle: ['gp-a'],
      answer: { status: 'closed' },
    });
  });
});

describe('a failed attempt', () => {
  const work = item('gp-a', { status: 'in_progress', merge: 'gp-a.m1', failures: 1 });
  test('brings the item back with the evidence', () => {
    const { put, events } = failAttempt(work, undefined, rework, { maxAttempts: 3, escalation: 'e' }, NOW);
    const doc = put[0]?.doc as Work;
    expect({ put: put.length, events }).toEqual({ put: 1, events: [] });
    expect(doc).toMatchObject({ failures: 2, rework, status: 'in_progress' });
    expect(nextForWork(doc, 0)).toEqual({ do: 'want' });
  });

  test('after as many as the rig allows is a question to a person', () => {
    const { put, events } = failAttempt(work, undefined, rework, { maxAttempts: 2, escalation: 'e' }, NOW);
    const doc = put[0]?.doc as Work;
    expect(put[1]).toMatchObject({ noun: 'escalation', doc: { id: 'e', subject: 'gp-a', count: 1, state: 'open' } });
    expect(events).toMatchObject([{ type: 'escalation.opened', subject: 'gp-a' }]);
    expect(doc.needsYou).toEqual({ escalation: 'e', why: '2 attempts failed, the last one: the checks failed' });
    expect(nextForWork(doc, 0).do).toBe('hold');
  });

  test('is asked about once: the same cause again raises the count, after its close it is asked anew', () => {
    const input = { id: 'e', subject: 'gp-a', cause: 'max_attempts', why: 'w', severity: 'high' } as const;
    const first = escalate(undefined, input, 1);
    expect(escalate({ ...first, state: 'acked' }, { ...input, why: 'x' }, 2)).toMatchObject({
      count: 2,
      openedAt: 1,
      lastAt: 2,
      why: 'x',
      state: 'acked',
    });
    expect(escalate({ ...first, state: 'closed' }, input, 3)).toMatchObject({ count: 1, openedAt: 3, state: 'open' });
  });
});

describe('a new item', () => {
  const input = {
    id: 'gp-a',
    rig: 'gp',
    title: 't',
    type: 'task',
    priority: 1,
    labels: ['b', 'a'],
    deps: ['gp-x', 'gp-y'],
    text: { description: 'd' },
  };
  test('waits for those of its needs that are open', () => {
    const change = createWork(input, ['gp-y'], 'overseer', NOW);
    expect(change.answer).toMatchObject({ status: 'open', deps: ['gp-x', 'gp-y'], labels: ['a', 'b'], generation: 1 });
    expect(change.needs).toEqual([{ id: 'gp-a', job: 'work/gp-a@1', on: ['gp-y'] }]);
    expect(change.text).toEqual([{ id: 'gp-a', fields: { description: 'd' } }]);
    expect(change.answer).not.toHaveProperty('text');
  });

  test('may get more needs until it is closed', () => {
    const more = addNeeds(item('gp-a', { deps: ['gp-x'] }), ['gp-x', 'gp-z'], ['gp-z'], NOW);
    expect(more).toMatchObject({ answer: { deps: ['gp-x', 'gp-z'] }, needs: [{ on: ['gp-z'] }] });
    expect(addNeeds(item('gp-a', { status: 'closed' }), ['gp-z'], [], NOW)).toMatchObject({ refused: 'WORK_CLOSED' });
  });
});

test.each<[says: string, args: Parameters<typeof standingOfWork>]>([
  ['closed', [item('gp-a', { status: 'closed' }), undefined, undefined, 0]],
  ['needs you', [item('gp-a', { needsYou: asked }), request('gp-a.m1'), undefined, 0]],
  ['submitted', [item('gp-a'), request('gp-a.m1'), undefined, 0]],
  ['merging', [item('gp-a'), request('gp-a.m1', { state: 'checking' }), undefined, 0]],
  ['starting', [item('gp-a'), undefined, aRun('gp-a.r1'), 0]],
  ['handed in', [item('gp-a'), undefined, aRun('gp-a.r1', { submitted: { at: 1 } }), 0]],
  ['blocked', [item('gp-a'), undefined, undefined, 1]],
  ['hooked, waiting for 2', [item('gp-a', { status: 'hooked' }), undefined, undefined, 2]],
  ['rework waits for a slot', [item('gp-a', { want: { since: 1, rework: true }, rework }), undefined, undefined, 0]],
  ['in progress', [item('gp-a', { status: 'in_progress' }), undefined, undefined, 0]],
])('a person reads `%s`', (says, args) => {
  expect(standingOfWork(...args)).toBe(says);
});
