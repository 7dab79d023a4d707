import { describe, expect, test } from 'vitest';
import { standingOf } from '#core/derive';
import { digestText } from '#core/molecule/digest';
import { detach } from '#core/molecule/place';
import { keptUntil } from '#core/molecule/retention';
import { digestStep, squash } from '#core/molecule/squash';
import type { Tree } from '#core/molecule/tree';
import type { Molecule, Step } from '#core/records';
import { item } from '../support/records.ts';

const HOUR = 3_600_000;
const mol = (more: Partial<Molecule> = {}): Molecule => ({
  id: 'gp-mol-a',
  rig: 'gp',
  formula: 'f',
  title: 'F',
  phase: 'liquid',
  state: 'closed',
  planned: 2,
  poured: 2,
  next: 2,
  vars: {},
  labels: [],
  watchers: [],
  createdAt: 1,
  createdBy: 'me',
  updatedAt: 5,
  closed: { at: 5, outcome: 'done', reason: 'all steps complete' },
  ...more,
});
const step = (key: string, more: Partial<Step> = {}): Step => ({
  id: `gp-mol-a.${key}`,
  mol: 'gp-mol-a',
  rig: 'gp',
  seq: 0,
  key,
  title: key,
  exec: 'agent',
  type: 'task',
  priority: 2,
  labels: [],
  needs: [],
  at: 0,
  status: 'closed',
  attempts: 0,
  closed: { at: 4, outcome: 'done', reason: '' },
  ...more,
});
const tree = (steps: readonly Step[], more: Partial<Molecule> = {}): Tree => ({
  mol: mol(more),
  steps,
  gates: [],
  questions: [],
  nested: [],
});

describe('a digest', () => {
  test('tells how it ended, how many steps stood how, and of each its title and what proved it, in order', () => {
    const text = digestText(
      tree([
        step('b', { seq: 1, closed: { at: 4, outcome: 'skipped', reason: 'not\nneeded' } }),
        step('a', { evidence: { commit: 'c'.repeat(40), file: 'a.md', note: 'see it' } }),
      ]),
    );
    expect(text.split('\n')).toEqual([
      'F (f): 2 steps: 1 done, 1 skipped',
      'Ended as done: all steps complete',
      '- [done] a: a — commit cccccccccc; file a.md; see it',
      '- [skipped] b: b — not needed',
      '',
    ]);
  });

  test('tells at most 200 bytes of what proved a step, in whole characters, and at most 256 kB in all', () => {
    const [, , line = ''] = digestText(tree([step('a', { evidence: { note: '€'.repeat(500) } })])).split('\n');
    expect(Buffer.byteLength(line.slice(line.indexOf('—') + 2))).toBeLessThanOrEqual(200);
    expect(line).toMatch(/€…$/);
    const long = digestText(tree(Array.from({ length: 5000 }, (_, i) => step(`s${i}`, { title: 'x'.repeat(400) }))));
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(256 * 1024);
    expect(long).toMatch(/… and \d+ more\n$/);
  });

  test('is shown as a closed task of its molecule', () => {
    expect(digestStep(mol())).toBeUndefined();
    const digest = { id: 'gp-mol-a.digest', at: 9, squashed: 2, kept: false };
    expect(digestStep(mol({ digest }))).toMatchObject({
      id: 'gp-mol-a.digest',
      status: 'closed',
      type: 'task',
      closed: { at: 9 },
    });
  });

  test('of an item is linked from it', () => {
    const done = squash(tree([step('a')], { work: 'gp-a' }), { work: item('gp-a'), root: undefined }, { keep: true }, 9);
    expect(done).toMatchObject({ put: [{ noun: 'molecule' }, { noun: 'work', doc: { digest: 'gp-mol-a.digest' } }] });
  });
});

describe('how long what has ended is kept', () => {
  test.each<[string, Partial<Molecule>, number | undefined]>([
    ['a molecule a week', {}, 7 * 24],
    ['one that was squashed for good', { digest: { id: 'd', at: 6, squashed: 1, kept: false } }, undefined],
    ['one whose steps were kept a week', { digest: { id: 'd', at: 6, squashed: 1, kept: true } }, 7 * 24],
    ['a wisp a day', { phase: 'vapor' }, 24],
    ['a heartbeat six hours', { phase: 'vapor', wispType: 'heartbeat' }, 6],
    ['an escalation a week', { phase: 'vapor', wispType: 'escalation' }, 7 * 24],
  ])('%s', (_what, more, hours) => {
    expect(keptUntil(mol(more))).toBe(hours === undefined ? undefined : 5 + hours * HOUR);
  });

  test('what hangs under an item, a step or another molecule goes with that', () => {
    const names = (more: Partial<Molecule>) => standingOf('molecule', mol(more)).map(([index]) => index);
    expect(names({})).toEqual(['molecules.closed', 'molecules.ended', 'molecules.due']);
    expect(names({ work: 'gp-a' })).toEqual(['molecules.of:gp-a', 'molecules.closed']);
    expect(names({ under: 'gp-mol-b' })).toEqual(['molecules.below:gp-mol-b', 'molecules.closed']);
    expect(names({ step: 'gp-mol-b.x' })).toEqual(['molecules.closed']);
  });
});

test('a molecule that is taken off its item leaves no step in hand', () => {
  const held = step('a', { status: 'in_progress', holder: { by: 'gp/toast', at: 3 } });
  const off = detach(mol({ state: 'open', work: 'gp-a', hand: held.id }), item('gp-a', { molecule: 'gp-mol-a' }), held, 9);
  const [work, free, back] = off.put;
  expect(work?.doc).not.toHaveProperty('molecule');
  expect(free?.doc).not.toHaveProperty('hand');
  expect(back?.doc).toMatchObject({ id: held.id, status: 'open' });
  expect(back?.doc).not.toHaveProperty('holder');
});
