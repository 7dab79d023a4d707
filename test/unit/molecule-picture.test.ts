import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mermaid } from '#core/molecule/mermaid';
import { type PictureNode, picture } from '#core/molecule/picture';

const node = (id: string, needs: readonly string[] = [], state = 'held'): PictureNode => ({ id, label: id, state, needs });
const drawn = (nodes: readonly PictureNode[], whole = false): string =>
  picture(nodes, whole)
    .map(({ lanes, nodes: [first, ...more] }) =>
      `${lanes} ${first ? `${first.id}${more.length > 0 ? `+${more.length}` : ''}` : ''}`.trimEnd(),
    )
    .join('\n');

test('lanes part where several steps need one, and come together where one needs several', () => {
  const ladder = [node('a'), node('b', ['a']), node('c', ['a']), node('d', ['b', 'c']), node('e', ['d'])];
  expect(drawn(ladder)).toBe(['● a', '├─╮', '● │ b', '│ ● c', '├─╯', '● d', '● e'].join('\n'));
});

test('an edge that others imply is not drawn', () => {
  expect(drawn([node('a'), node('b', ['a']), node('c', ['a', 'b'])])).toBe('● a\n● b\n● c');
});

test('the blades of a fan are one row for each state, and with `whole` a row each', () => {
  const blades = Array.from({ length: 12 }, (_, i) => node(`s${i}`, ['a'], i < 5 ? 'done' : 'held'));
  const fan = [
    node('a'),
    ...blades,
    node(
      'z',
      blades.map(({ id }) => id),
    ),
  ];
  expect(drawn(fan)).toBe(['● a', '├─╮', '● │ s0+4', '│ ● s5+6', '├─╯', '● z'].join('\n'));
  expect(picture(fan, true).flatMap(({ nodes }) => nodes)).toHaveLength(14);
});

test('a long chain in one state is one row between its ends', () => {
  const chain = Array.from({ length: 30 }, (_, i) => node(`s${i}`, i > 0 ? [`s${i - 1}`] : [], i < 10 ? 'done' : 'held'));
  expect(drawn(chain)).toBe(['● s0', '● s1+7', '● s9', '● s10', '● s11+17', '● s29'].join('\n'));
});

test('of any graph each step is drawn once, and after all that it needs', () => {
  const graphs = fc
    .integer({ min: 1, max: 40 })
    .chain((count) => fc.array(fc.array(fc.nat(count - 1), { maxLength: 4 }), { minLength: count, maxLength: count }))
    .map((edges) =>
      edges.map((needs, i) =>
        node(
          `s${i}`,
          [...new Set(needs.filter((need) => need < i))].map((need) => `s${need}`),
          i % 3 === 0 ? 'done' : 'held',
        ),
      ),
    );
  fc.assert(
    fc.property(graphs, fc.boolean(), (nodes, whole) => {
      const order = picture(nodes, whole).flatMap((row) => row.nodes.map(({ id }) => id));
      expect([...order].sort()).toEqual(nodes.map(({ id }) => id).sort());
      const at = new Map(order.map((id, place) => [id, place]));
      for (const { id, needs } of nodes) for (const need of needs) expect(at.get(need)).toBeLessThan(at.get(id) ?? -1);
    }),
  );
});

test('no title can break out of a Mermaid chart', () => {
  const bad = { id: 'm.a', key: 'a', title: 'say "x"] --> evil["y"]\nend', exec: 'agent', standing: 'in hand' };
  const chart = mermaid([bad, { ...bad, id: 'm.b', key: 'b', title: 'b' }], [{ from: 'm.a', to: 'm.b' }]);
  expect(chart.split('\n')).toEqual([
    'flowchart TD',
    '  s0["a: say #34;x#34;] --#62; evil[#34;y#34;] end"]:::in_hand',
    '  s1["b"]:::in_hand',
    '  s0 --> s1',
    '  classDef in_hand fill:#d0ebff,stroke:#1971c2',
  ]);
});
