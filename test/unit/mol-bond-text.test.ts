import { expect, test } from 'vitest';
import { bonding } from '#cli/cmd/mol-bond';

const paint = new Proxy({}, { get: () => (text: string) => text }) as never;
const said = (face: 'gt' | 'bd', value: unknown) => bonding(face).text?.(value as never, { paint } as never);

test('a bond names the molecule that was poured for it, in gt and in bd', () => {
  const gt = {
    id: 'a-mol-1',
    kind: 'molecule',
    bond: 'sequential',
    spawned: 'a-mol-2',
    ids: { f: 'a-mol-2', 'f.x': 'a-mol-2.x' },
  };
  const bd = { result_id: 'a-mol-1', result_type: 'compound_molecule', bond_type: 'sequential', spawned: 2, id_mapping: gt.ids };
  for (const text of [said('gt', gt), said('bd', bd)]) {
    expect(text).toContain('a-mol-1 is bonded with a-mol-2,');
    expect(text).toContain('Next: gt mol status a-mol-2');
  }
  expect(said('bd', { ...bd, spawned: undefined, id_mapping: undefined })).toBe('a-mol-1 is bonded (sequential)');
});
