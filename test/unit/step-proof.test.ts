import { expect, test } from 'vitest';
import { isForgotten, proofText, readProof, type StepProof, stepRef } from '#core/molecule/step-proof';
import type { Step } from '#core/records';

const proof: StepProof = {
  work: 'gp-w',
  step: 'gp-mol-a.x',
  session: 'gp-w.r1.s1',
  taken: 50,
  at: 60,
  evidence: { note: 'seen' },
};
const step = (more: Partial<Step>): Step => ({
  ...{ id: 'gp-mol-a.x', mol: 'gp-mol-a', rig: 'shop', seq: 0, key: 'x', title: 'X', exec: 'agent', type: 'task' },
  ...{ priority: 2, labels: [], needs: [], at: 0, status: 'open', attempts: 0 },
  ...more,
});

test('what a step was closed with is read as it was kept, and nothing else is taken for it', () => {
  expect(readProof(proofText({ ...proof, output: { n: 'a\n\nb' } }))).toEqual({ ...proof, output: { n: 'a\n\nb' } });
  for (const text of ['', 'gt: snapshot', 'x\n\nnull', 'x\n\n{"work":"gp-w"}', 'x\n\n[1]'])
    expect(readProof(text)).toBeUndefined();
});

test('any id of a step may stand in the name of its ref', () => {
  for (const id of ['gp-mol-a.x.lock', 'gp-mol-a.a..b', 'gp-mol-a.', `gp-mol-a.${'x'.repeat(300)}`])
    expect(stepRef('gp-w', id)).toMatch(/^refs\/gt\/steps\/gp-w\/[0-9a-z]{12}$/);
});

test('a proof counts until the books know more of the step than it does', () => {
  const held = (at: number) => ({ holder: { by: 'toast', at } });
  const failed = (at: number) => ({ failed: { at, reason: 'no' } });
  expect(isForgotten(step({}), proof)).toBe(true);
  expect(isForgotten(step({ status: 'in_progress', ...held(50) }), proof)).toBe(true);
  // It failed before it was taken for the last time.
  expect(isForgotten(step({ status: 'failed', ...failed(49) }), proof)).toBe(true);
  expect(isForgotten(step({ status: 'in_progress', ...held(51) }), proof)).toBe(false);
  expect(isForgotten(step({ status: 'failed', ...failed(55) }), proof)).toBe(false);
  // Worked once more: its check was not passed.
  expect(isForgotten(step({ ...failed(70) }), proof)).toBe(false);
  expect(isForgotten(step({ worked: { at: 60, reason: 'done' } }), proof)).toBe(false);
  expect(isForgotten(step({ status: 'closed' }), proof)).toBe(false);
});
