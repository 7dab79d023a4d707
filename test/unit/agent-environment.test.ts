import { expect, test } from 'vitest';
import { agentEnvironment, type EnvironmentOf } from '#core/agent-environment';
import { actorFor, type Identity, identityAt, identityOfActor, ROLES, templateOf } from '#core/roles';

const ground = { root: '/t', bin: '/t/.runtime/bin/gt', email: 'o@example.org', agent: 'claude', token: 'secret' };
const EVERY: readonly Identity[] = [
  { role: 'mayor' },
  { role: 'deacon' },
  { role: 'boot' },
  { role: 'dog', name: 'rex' },
  { role: 'witness', rig: 'shop' },
  { role: 'refinery', rig: 'shop' },
  { role: 'polecat', rig: 'shop', name: 'nux' },
  { role: 'crew', rig: 'shop', name: 'gus' },
];
const of = (who: Identity, more: Partial<EnvironmentOf> = {}) =>
  agentEnvironment({ ...ground, ...who, dir: '/somewhere', beads: who.rig ? '/t/shop/.beads' : '/t/.beads', ...more });

test.each([
  ['mayor', 'mayor', '/t/.beads'],
  ['deacon', 'deacon', '/t/.beads'],
  ['boot', 'deacon-boot', '/t/.beads'],
  ['dog', 'dogs/rex', '/t/.beads'],
  ['witness', 'shop/witness', '/t/shop/.beads'],
  ['refinery', 'shop/refinery', '/t/shop/.beads'],
  ['polecat', 'shop/polecats/nux', '/t/shop/.beads'],
  ['crew', 'shop/crew/gus', '/t/shop/.beads'],
])('a %s writes as %s, in every variable that names it', (role, actor, beads) => {
  const who = EVERY.find((one) => one.role === role) as Identity;
  expect(of(who)).toMatchObject({
    GT_ROLE: role,
    GT_ROOT: '/t',
    GT_AGENT: 'claude',
    GT_SESSION: 'secret',
    GT_BIN: ground.bin,
    BD_ACTOR: actor,
    BEADS_DIR: beads,
    GTR_AGENT: actor,
    GTR_ROLE: role,
    GTR_ROOT: '/t',
    GIT_AUTHOR_NAME: actor,
    GIT_AUTHOR_EMAIL: 'o@example.org',
    GIT_COMMITTER_NAME: actor,
    GIT_COMMITTER_EMAIL: 'o@example.org',
  });
});

test('a variable of some roles is there for those alone', () => {
  const having = (name: string) => EVERY.filter((who) => name in of(who)).map(({ role }) => role);
  const ofRig = ['witness', 'refinery', 'polecat', 'crew'];
  expect([having('GT_RIG'), having('GTR_RIG')]).toEqual([ofRig, ofRig]);
  expect([having('GT_POLECAT'), having('GT_CREW')]).toEqual([['polecat'], ['crew']]);
  expect([having('BEADS_AGENT_NAME'), having('BEADS_NO_DAEMON')]).toEqual([
    ['polecat', 'crew'],
    ['polecat', 'crew'],
  ]);
  expect([having('GT_TOWN_ROOT'), having('GT_WORKER'), having('PATROL_ID')]).toEqual([[], [], []]);
  expect(EVERY.map(({ role }) => role).sort()).toEqual([...ROLES].sort());
});

test('work in hand is named, with why it came back and the step', () => {
  const work = { id: 'sh-1', attempt: 2, target: 'main', molecule: { id: 'sh-mol-1', step: 'sh-1.1' } };
  const rework = { kind: 'checks', evidence: '/t/e.txt' };
  const who = EVERY[6] as Identity;
  expect(of(who, { work: { ...work, rework } })).toMatchObject({
    GT_WORK_ITEM: 'sh-1',
    GTR_WORK_ITEM: 'sh-1',
    GT_ATTEMPT: '2',
    GT_TARGET: 'main',
    GT_MOLECULE: 'sh-mol-1',
    GT_STEP: 'sh-1.1',
    GT_REWORK: 'checks',
    GT_EVIDENCE: '/t/e.txt',
  });
  expect(Object.keys(of(who, { work: { id: 'sh-1', attempt: 1, target: 'main' } }))).not.toContain('GT_REWORK');
});

test('a name leads back to who has it, and so does a directory', () => {
  for (const who of EVERY) expect(identityOfActor(actorFor(who))).toEqual(who);
  for (const no of ['overseer', '', 'shop/polecats/', 'shop/polecats/nux/rig', 'shop/mayor', 'dogs/'])
    expect(identityOfActor(no)).toBeUndefined();
  expect(identityAt('mayor')).toEqual({ role: 'mayor' });
  expect(identityAt('shop/polecats/nux/rig/src')).toEqual({ role: 'polecat', rig: 'shop', name: 'nux' });
  expect(identityAt('shop/crew/gus')).toEqual({ role: 'crew', rig: 'shop', name: 'gus' });
  expect([identityAt('deacon/dogs/rex'), identityAt('shop/refinery/rig'), identityAt('shop/witness')]).toEqual([
    EVERY[3],
    EVERY[5],
    EVERY[4],
  ]);
  expect([identityAt(''), identityAt('shop'), identityAt('shop/polecats'), identityAt('shop/mayor/rig')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('who is spoken to by a person gets the interactive settings, who starts by itself the autonomous ones', () => {
  expect(ROLES.filter((role) => templateOf(role) === 'interactive')).toEqual(['mayor', 'crew']);
});
