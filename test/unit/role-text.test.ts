import { expect, test } from 'vitest';
import { menuText } from '#cli/agent-menu';
import { palette } from '#cli/colour';
import { roleText } from '#cli/role-text';
import { columns, table } from '#cli/table';
import type { AgentLine } from '#views/agents';

const SHOW = { paint: palette(false), now: 10_000, width: 80, quiet: false };
const ANN: AgentLine = {
  ...{ id: 'sh-crew-ann', address: 'shop/crew/ann', role: 'crew', rig: 'shop', name: 'ann', agent: 'claude', state: 'stopped' },
  ...{ evidence: 'nobody wants it now', todo: null, wanted: false, session: null, pid: null, since: 0, doing: null, dir: '/t' },
};

test('a crew member, a dog or a mayor that is stopped is shown by its name, with the command that starts it', () => {
  expect(roleText({ role: 'crew', rig: 'shop', agent: ANN }, SHOW)).toBe(
    'shop/crew/ann  stopped  claude    10 s  nobody wants it now\n\nStart it: gt crew start shop/ann',
  );
  const rex: AgentLine = { ...ANN, id: 'hq-dog-rex', address: 'dogs/rex', role: 'dog', rig: '', name: 'rex' };
  expect(roleText({ role: 'dog', rig: '', agent: rex }, SHOW)).toContain('Start it: gt dog start rex');
  expect(roleText({ role: 'mayor', rig: '', agent: null }, SHOW)).toBe('mayor is not wanted.\n\nStart it: gt mayor start');
  const witness = roleText({ role: 'witness', rig: 'shop', agent: null, polecats: [] }, SHOW);
  expect(witness).toMatch(/^shop\/witness is gt itself[\s\S]*Put an agent there: gt witness start shop --agent claude$/);
});

test('the words below the menu of agents fit on 80 columns', () => {
  expect(columns(menuText([ANN], 0, '', SHOW).split('\n').at(-1) ?? '')).toBeLessThanOrEqual(80);
});

test('where a table is wider than the terminal, one column of it is cut, and the others are whole', () => {
  const rows = [
    ['ml-1', 'x'.repeat(100), 'told'],
    ['ml-2', 'short', ''],
  ];
  const lines = table(rows, undefined, { width: 40, column: 1 }).split('\n');
  expect(lines.map(columns)).toEqual([40, 11]);
  expect(lines[0]).toMatch(/^ml-1 {2}x+… {2}told$/);
  expect(table(rows)).toContain('x'.repeat(100));
  expect(table(rows, undefined, { width: 10, column: 1 }).split('\n')[0]).toBe(`ml-1  ${'x'.repeat(15)}…  told`);
});
