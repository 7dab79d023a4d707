import { expect, test } from 'vitest';
import { palette } from '#cli/colour';
import { sessionTable } from '#cli/session-table';
import { columns } from '#cli/table';

const rows = [
  { cells: ['gp-4kx.r1.s2', 'shop/toast'], beacon: '[GAS TOWN] shop/toast <- gt • 2025-12-30T15:42 • handoff:gp-4kx' },
  { cells: ['gp-4kx.r1.s1', 'shop/toast'], beacon: 'not known' },
];
const shown = (width: number) => sessionTable(rows, ['SESSION', 'AGENT'], width, palette(false));

test('a list of sessions shows beacons whole, or what each was for, or nothing of them; never a piece', () => {
  expect(shown(100)[1]).toBe('gp-4kx.r1.s2  shop/toast  [GAS TOWN] shop/toast <- gt • 2025-12-30T15:42 • handoff:gp-4kx');
  expect(shown(60)).toEqual([
    'SESSION       AGENT       TOPIC',
    'gp-4kx.r1.s2  shop/toast  handoff:gp-4kx',
    'gp-4kx.r1.s1  shop/toast  not known',
  ]);
  expect(shown(30)).toEqual(['SESSION       AGENT', 'gp-4kx.r1.s2  shop/toast', 'gp-4kx.r1.s1  shop/toast']);
  for (const line of shown(20)) expect(columns(line)).toBeLessThanOrEqual(20);
});
