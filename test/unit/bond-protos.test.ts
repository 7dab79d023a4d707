import { describe, expect, test } from 'vitest';
import { bondMolecules, refOf } from '#core/molecule/bond';
import { bondProtos } from '#core/molecule/bond-protos';
import type { Molecule } from '#core/records';
import { planOf, planStep } from '../support/molecules.ts';

const a = planOf([planStep('x'), planStep('y', ['x'])], { formula: 'a', title: 'A', labels: ['l'], vars: {} });
const other = { ...planOf([planStep('x', [], { priority: 0 })], { title: 'B' }), root: 'g', formula: 'g' };
const b = { ...other, steps: other.steps.map((step) => ({ ...step, id: 'g.x', parent: 'g' })) };

describe('two protomolecules bonded', () => {
  test('become one with an epic for each; the second epic needs the first', () => {
    const { steps, title, root } = bondProtos(a, b, 'sequential');
    expect(root).toBe('f-and-g');
    expect(title).toBe('A + B');
    expect(steps.map(({ id, parent, needs, type }) => [id, parent, needs, type])).toEqual([
      ['f-and-g.f', 'f-and-g', [], 'epic'],
      ['f-and-g.f.x', 'f-and-g.f', [], 'task'],
      ['f-and-g.f.y', 'f-and-g.f', ['f-and-g.f.x'], 'task'],
      ['f-and-g.g', 'f-and-g', ['f-and-g.f'], 'epic'],
      ['f-and-g.g.x', 'f-and-g.g', [], 'task'],
    ]);
    expect(steps[3]?.priority).toBe(0);
  });

  test('in parallel have no edge', () => {
    expect(bondProtos(a, b, 'parallel').steps.flatMap(({ needs }) => needs)).toEqual(['f-and-g.f.x']);
  });

  test('conditionally: all that lies in the second runs only if something in the first failed', () => {
    expect(bondProtos(a, b, 'conditional').steps.map(({ onlyIf }) => onlyIf)).toEqual([
      undefined,
      undefined,
      undefined,
      'f-and-g.f',
      'f-and-g.f',
    ]);
  });

  test('of the same name keep apart, and one without steps ends by itself', () => {
    expect(bondProtos(a, planOf([]), 'sequential', 'Both')).toMatchObject({
      title: 'Both',
      steps: { 3: { id: 'f-and-f.f-2', type: 'task', exec: { executor: 'mark' } } },
    });
  });
});

describe('M7: a ref', () => {
  test.each([
    ['leg-{{w}}', { w: 'ann' }, 'leg-ann'],
    ['a.b_c', {}, 'a.b_c'],
  ])('%s is %s', (ref, vars, due) => {
    expect(refOf(ref, vars)).toBe(due);
  });
  test.each(['leg {{w}}', 'leg-{{v}}', '', 'a:b', 'a/b', '..', 'x.'])('that would be no part of an id is refused: %j', (ref) => {
    expect(refOf(ref, { w: 'ann' })).toMatchObject({ refused: 'BOND_REF' });
  });
});

test('a molecule that has ended takes no bond; one that hangs somewhere takes no parallel one', () => {
  const mol = (id: string, more: object = {}) => ({ id, rig: '', state: 'open', ...more }) as Molecule;
  const rest = { steps: [], gates: [] };
  expect(bondMolecules(mol('a'), mol('b', { state: 'closed' }), 'sequential', rest, 0)).toMatchObject({
    refused: 'MOLECULE_CLOSED',
  });
  expect(bondMolecules(mol('a'), mol('b', { work: 'w' }), 'parallel', rest, 0)).toMatchObject({ refused: 'MOLECULE_HANGS' });
});
