import { expect, test } from 'vitest';
import type { ProtoStep } from '#core/formula/proto';
import { attemptId, commandFailure, nextForCommand, outputOf } from '#core/molecule/command';
import { failStep } from '#core/molecule/failure';
import { addItem, fanOutFailure, itemsOf, itemVars, madeFor } from '#core/molecule/fan-out';
import { closeStep, isLongOutput } from '#core/molecule/life';
import { judgeWait } from '#core/molecule/waits';
import type { Molecule, Step } from '#core/records';
import { Places } from '#world/commands/places';
import { planOf, planStep } from '../support/molecules.ts';

const STEP: Step = {
  id: 'gp-mol-1.a',
  mol: 'gp-mol-1',
  rig: 'gp',
  seq: 0,
  key: 'a',
  title: 'a',
  exec: 'agent',
  type: 'task',
  priority: 2,
  labels: [],
  needs: [],
  at: 0,
  status: 'in_progress',
  attempts: 1,
  holder: { by: 'toast', at: 1 },
};
const IN_HAND = { id: 'gp-mol-1', hand: STEP.id, watchers: [] } as unknown as Molecule;
const plan = (more: Partial<ProtoStep>) => planStep('a', [], more);
const transient = { reason: 'no network', class: 'transient' };

test('R1: what is transient is tried again after a pause that grows, and leaves the hand that had it', () => {
  const retry = { max_attempts: 3, on_exhausted: 'hard_fail' } as const;
  const first = failStep(STEP, plan({ retry }), { mol: IN_HAND }, transient, 1000);
  expect(first.answer).toMatchObject({ status: 'open', failures: 1, notBefore: 3000, failed: { reason: 'no network' } });
  expect(first.answer.holder).toBeUndefined();
  expect(first.put[1]).toMatchObject({ noun: 'molecule', doc: expect.not.objectContaining({ hand: STEP.id }) });
  expect(first.settle).toBeUndefined();
  const second = failStep(first.answer, plan({ retry }), {}, transient, 1000);
  expect(second.answer).toMatchObject({ status: 'open', failures: 2, notBefore: 5000 });
  const third = failStep(second.answer, plan({ retry }), {}, transient, 1000);
  expect(third.answer).toMatchObject({ status: 'failed', failures: 3 });
  expect(third.put.at(-1)).toMatchObject({ noun: 'escalation', doc: { id: third.answer.failed?.escalation, state: 'open' } });
});

test('R1: hard failures and those of no class end it at once, whatever may be left', () => {
  const retry = { max_attempts: 3, on_exhausted: 'soft_fail' } as const;
  for (const kind of ['hard', undefined, 'odd'])
    expect(failStep(STEP, plan({ retry }), {}, { reason: 'bad', class: kind }, 1).answer.status).toBe('failed');
});

test('R1: with soft_fail a step whose attempts are spent closes as done and says so', () => {
  const retry = { max_attempts: 1, on_exhausted: 'soft_fail' } as const;
  const { answer, settle } = failStep(STEP, plan({ retry }), {}, transient, 1);
  expect(answer).toMatchObject({ status: 'closed', closed: { outcome: 'done', reason: expect.stringContaining('no network') } });
  expect(settle).toEqual([STEP.id]);
});

test('R2: an iteration that fails is followed by the next until they are spent', () => {
  const ralph = { max_attempts: 2, check: { mode: 'exec', path: 'x', timeout: '1s' } } as const;
  const first = failStep(STEP, plan({ ralph }), {}, { reason: 'not good' }, 1).answer;
  expect(first).toMatchObject({ status: 'open', failures: 1 });
  expect(first.notBefore).toBeUndefined();
  expect(failStep(first, plan({ ralph }), {}, { reason: 'not good' }, 1).answer.status).toBe('failed');
});

test('R4: a member that fails closes, and takes along the members that nobody has begun', () => {
  const member = (id: string, status: Step['status']): Step => ({ ...STEP, id, status, scope: { of: 'b', role: 'member' } });
  const fellows = [member('m1', 'in_progress'), member('m2', 'open'), member('m3', 'closed'), member('m4', 'in_progress')];
  const change = failStep(member('m1', 'in_progress'), plan({}), { fellows }, { reason: 'bad' }, 1);
  expect(change.settle).toEqual(['m1', 'm2']);
  expect(change.answer.closed).toMatchObject({ outcome: 'failed', reason: 'bad' });
});

test('a step that has ended does not fail any more', () => {
  const closed = closeStep(STEP, undefined, { outcome: 'done', reason: '' }, 1).answer;
  expect(failStep(closed, plan({}), {}, { reason: 'late' }, 2)).toEqual({ put: [], answer: closed });
});

test('a step that something follows is worked by its first close, and closed by what follows', () => {
  const step: Step = { ...STEP, after: 'fan-out' };
  const worked = closeStep(step, IN_HAND, { outcome: 'done', reason: 'made', output: { list: [] } }, 5);
  expect(worked.answer).toMatchObject({ status: 'in_progress', worked: { at: 5, reason: 'made' }, output: { list: [] } });
  expect(worked.settle).toBeUndefined();
  expect(worked.put).toHaveLength(2);
  expect(closeStep(worked.answer, undefined, { outcome: 'done', reason: 'again' }, 6).put).toEqual([]);
  expect(closeStep(worked.answer, undefined, { outcome: 'done', reason: 'made', final: true }, 7).settle).toEqual([step.id]);
  expect(closeStep(worked.answer, undefined, { outcome: 'skipped', reason: 'no' }, 7).answer.status).toBe('closed');
  expect(closeStep({ ...step, status: 'failed' }, undefined, { outcome: 'done', reason: 'I did' }, 7).answer.status).toBe(
    'closed',
  );
});

test('a long output lies in the text of its step', () => {
  const output = { list: Array.from({ length: 1000 }, (_, i) => `item ${i}`) };
  const { answer, text } = closeStep(STEP, undefined, { outcome: 'done', reason: '', output }, 1);
  expect(isLongOutput(answer.output)).toBe(true);
  expect(JSON.parse(text?.[0]?.fields['output'] ?? '')).toEqual(output);
});

test('what comes next of a command follows from the books and the disk', () => {
  const noted: Step = { ...STEP, attempts: 2, command: { n: 2, startedAt: 1 } };
  const asking = { run: 'x', done_if: 'y' };
  expect(nextForCommand({ ...STEP, attempts: 1 }, {}, 'never-begun')).toEqual({ do: 'note', n: 2 });
  expect(nextForCommand(noted, {}, 'never-begun')).toEqual({ do: 'run', n: 2 });
  expect(nextForCommand(noted, {}, 'ended')).toEqual({ do: 'take', n: 2 });
  expect(nextForCommand(noted, {}, 'begun')).toEqual({ do: 'give-up' });
  expect(nextForCommand(noted, { repeatable: true }, 'begun')).toEqual({ do: 'note', n: 3 });
  expect(nextForCommand(noted, asking, 'begun')).toEqual({ do: 'ask', n: 2 });
  expect(nextForCommand(noted, asking, 'begun', true)).toEqual({ do: 'give-up' });
  expect(nextForCommand(noted, { ...asking, repeatable: true }, 'begun', true)).toEqual({ do: 'note', n: 3 });
  expect(new Set((['run', 'check', 'done_if', 'judge'] as const).map((what) => attemptId('a', 1, what))).size).toBe(4);
});

test('a command that cannot be run at all is no use to repeat', () => {
  expect(commandFailure('it', { state: 'error', code: 127, why: 'command not found', tail: '' }).class).toBe('hard');
  expect(commandFailure('it', { state: 'failed', code: 1, tail: 'a\nb\n' })).toEqual({
    class: 'transient',
    reason: 'it: ended with 1 (b)',
  });
  expect(commandFailure('it', { state: 'timed_out', why: 'no end', tail: '' }).class).toBe('transient');
});

test('one JSON value is an output, any other text is none', () => {
  expect([' {"a":1}\n', '[]', 'true', '', 'plain', '{"a":1}\n{"a":2}', undefined].map(outputOf)).toEqual([
    { a: 1 },
    [],
    true,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('M5: whether a wait for children is over', () => {
  const [open, closed] = [
    { ...STEP, status: 'in_progress' as const },
    { ...STEP, status: 'closed' as const },
  ];
  const [a, b] = [
    { id: 'a', isOpen: true },
    { id: 'b', isOpen: false },
  ];
  const met = { is: 'met' };
  expect(judgeWait('all-children', open, [])).toEqual({ is: 'open', on: [] });
  expect(judgeWait('all-children', closed, [a, b])).toEqual({ is: 'open', on: ['a'] });
  for (const children of [[], [b]]) expect(judgeWait('children-of', closed, children)).toEqual(met);
  expect(judgeWait('any-children', open, [a])).toEqual({ is: 'open', on: ['a'] });
  expect(judgeWait('any-children', open, [a, b])).toEqual(met);
  expect(judgeWait('any-children', open, [])).toEqual({ is: 'open', on: [] });
  expect(judgeWait('any-children', closed, [])).toEqual(met);
  expect(judgeWait('all-children', undefined, [])).toEqual(met);
});

test('R3: items and values of a fan-out', () => {
  expect(itemsOf({ a: { b: [1] } }, 'output.a.b')).toEqual({ items: [1] });
  expect(itemsOf([1], 'output.a')).toEqual({ why: 'output.a is no list' });
  expect(itemsOf({ a: new Array(1001).fill(0) }, 'output.a')).toHaveProperty('why');
  const vars = { w: '{item.name} of {index}', x: '{item}', y: '{{item}} {other} {item.none}' };
  expect(itemVars(vars, { name: 'ann' }, 2)).toEqual({ w: 'ann of 2', x: '{"name":"ann"}', y: '{{item}} {other} {item.none}' });
});

test('R3: a step that is worked again makes molecules of its own', () => {
  const first = `${STEP.id}.item1`;
  const step: Step = { ...STEP, after: 'fan-out', molecules: [first] };
  const { answer } = closeStep(step, undefined, { outcome: 'done', reason: '' }, 1);
  expect(madeFor({ ...step, worked: { at: 1, reason: '' } })).toEqual([first]);
  expect(madeFor(answer)).toEqual([]);
  const item = { plan: planOf([]), vars: {}, sequential: false };
  expect(addItem(answer, IN_HAND, item, 2).answer.molecules).toEqual([first, `${STEP.id}.again1.item1`]);
  expect(fanOutFailure([], 1)).toBe('1 of its molecules are gone');
});

test('places are given in the order of asking, also to those who were called and come back', () => {
  let now = 0;
  const woken: string[][] = [];
  const places = new Places(
    1,
    () => now,
    (members) => woken.push([...members]),
  );
  const free = places.take('steps/a@1');
  expect(places.take('steps/b@1')).toBeUndefined();
  expect(places.take('steps/c@1')).toBeUndefined();
  free?.();
  free?.();
  expect(woken).toEqual([['steps/b@1']]);
  expect(places.take('steps/d@1')).toBeUndefined();
  const again = places.take('steps/b@1');
  expect(again).toBeDefined();
  again?.();
  expect(woken.at(-1)).toEqual(['steps/c@1']);
  now = 60_000; // c never comes
  expect(places.take('steps/d@1')).toBeDefined();
});
