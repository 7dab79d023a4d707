import { expect, test } from 'vitest';
import { addressOf, agentIdOf, isAgentId } from '#core/holder';
import type { Agent } from '#core/records';

const rigs = [
  { name: 'shop', prefix: 'gp' },
  { name: 'mayor-site', prefix: 'ms' },
];

test('an address in any of its spellings means one lasting agent', () => {
  for (const [said, id] of [
    ['mayor', 'hq-mayor'],
    ['mayor/', 'hq-mayor'],
    ['hq-mayor', 'hq-mayor'],
    ['deacon-boot', 'hq-boot'],
    ['dogs/rex', 'hq-dog-rex'],
    ['dog/rex', 'hq-dog-rex'],
    ['shop/witness', 'gp-witness'],
    ['shop/refinery/', 'gp-refinery'],
    ['shop/crew/ann', 'gp-crew-ann'],
  ] as const)
    expect(agentIdOf(said, rigs)).toBe(id);
});

test('what is no lasting agent is none: polecats, rigs, items, names with what no id may hold', () => {
  for (const said of [
    'shop',
    'shop/toast',
    'shop/polecats/toast',
    'gp-4kx',
    'gp-4kx.r1',
    'attic/witness',
    'shop/crew/a b',
    'dogs/',
  ])
    expect(agentIdOf(said, rigs)).toBeUndefined();
  expect(isAgentId('gp-4kx')).toBe(false);
});

test('a lasting agent signs with the address that means it', () => {
  const agent = { generation: 1, dir: '/t', createdAt: 1, createdBy: 'me', sessions: 0, deaths: 0, diedAt: [] };
  for (const [role, rig, name, id] of [
    ['mayor', '', 'mayor', 'hq-mayor'],
    ['boot', '', 'boot', 'hq-boot'],
    ['dog', '', 'rex', 'hq-dog-rex'],
    ['witness', 'shop', 'witness', 'gp-witness'],
    ['crew', 'shop', 'ann', 'gp-crew-ann'],
  ] as const) {
    const doc: Agent = { ...agent, id, role, rig, name };
    expect(agentIdOf(addressOf(doc), rigs)).toBe(id);
  }
});
