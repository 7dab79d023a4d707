import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fill } from '#core/formula/fill';
import { judgeGate } from '#ops/judge-gate';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { protoOf } from '../support/formulas.ts';
import { finishStep, gateBecomes, standInGh, stepBecomes } from '../support/gates.ts';
import { closes, moleculeTown, poured } from '../support/molecules.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { good } from '../support/shop.ts';
import type { Town } from '../support/sleepers.ts';

let server: PrivateRedis;
let at: Town;
let worker: Sleepers | undefined;
const gh = standInGh();
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(async () => {
  gh.end();
  await server.stop();
});
afterEach(async () => {
  await worker?.stop(2000);
  await at.end();
});

const RELEASE = `
[vars]
soak = "40ms"
run = { required = true }

[[steps]]
id = "build"
title = "Build"

[[steps]]
id = "soak"
title = "Soak"
needs = ["build"]
gate = { type = "timer", timeout = "{{soak}}" }

[[steps]]
id = "ci"
title = "CI"
needs = ["build"]
gate = { type = "gh:run", id = "nightly.yml", await_id = "{{run}}" }

[[steps]]
id = "publish"
title = "Publish"
needs = ["soak", "ci"]
gate = { type = "conditional", condition = "the notes are read", who = "ada" }

[[steps]]
id = "tell"
title = "Tell"

[compose]
gate = [{ before = "tell", condition = "publish.status == 'complete'" }]
`;

test('a formula with gates of four kinds, as it is cooked and filled, runs from gate to gate', async () => {
  gh.says({ status: 'completed', conclusion: 'success' });
  at = await moleculeTown(server.path, gh.world);
  worker = await at.begin();
  const values = { run: '77', soak: '40ms' };
  const filled = fill(protoOf({ release: RELEASE }), new Map(Object.entries(values)), 'release.toml');
  if ('faults' in filled) throw new Error(JSON.stringify(filled.faults));
  const mol = await poured(at, filled.proto);
  const step = (name: string) => `${mol.id}.${name}`;
  const gate = (name: string) => `${mol.id}.gate-${name}`;
  await stepBecomes(at, step('tell'), 'is there', () => true);
  expect(await at.op.books.read('gate', gate('soak'))).toMatchObject({ state: 'waiting', timeoutMs: 40 });
  await gateBecomes(at, gate('tell'), 'was looked at', ({ seen }) => seen !== undefined);
  await finishStep(at, step('build'));
  for (const name of ['soak', 'ci']) {
    await gateBecomes(at, gate(name), 'is resolved', ({ state }) => state === 'resolved');
    expect(await at.op.books.unmet(step(name))).toEqual([[]]);
    expect(await at.op.books.read('gate', gate('publish'))).toMatchObject({ state: 'waiting' });
    await finishStep(at, step(name));
  }
  expect(gh.asked()).toEqual(['run view 77 --json status,conclusion,url']);
  const hand = await gateBecomes(at, gate('publish'), 'is open', ({ state }) => state === 'open');
  expect(hand).toMatchObject({ type: 'conditional', condition: 'the notes are read', extra: { who: 'ada' } });
  good(await judgeGate(at.op, { id: hand.id, says: 'approve', reason: 'read' }));
  await finishStep(at, step('publish'));
  await gateBecomes(at, gate('tell'), 'is resolved', ({ state }) => state === 'resolved');
  await finishStep(at, step('tell'));
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  expect(await at.op.books.index('gates.open')).toEqual([]);
  expect(at.faults).toEqual([]);
});
