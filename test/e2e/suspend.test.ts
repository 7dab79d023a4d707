import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
const TOWN = { max_polecats: 1, operational: { suspend_after: '1s' } };
beforeAll(async () => {
  town = await HarmedTown.open(TOWN);
  await town.rig('alpha', 'true');
  await town.rig('beta', 'true');
});
afterAll(() => town?.close());

const needsYou = (id: string) =>
  town.until(`${id} needs a person`, async () => {
    const work = await town.read('work', id);
    return work?.needsYou && !work.run ? work : undefined;
  });

test('a run whose agent is not there gives its slot to others, and its item waits for a person without a failed attempt', async () => {
  const id = await town.work('alpha', commits('late'), { agent: 'ghost' });
  const waits = await needsYou(id);
  expect(waits).toMatchObject({ status: 'hooked', failures: 0, runs: 1, hold: { name: expect.any(String) } });
  expect(waits.needsYou?.why).toContain('ghost');
  expect(await town.read('escalation', waits.needsYou?.escalation ?? '')).toMatchObject({ state: 'open', cause: 'suspended' });
  expect(await town.read('run', `${id}.r1`)).toMatchObject({ outcome: 'suspended' });
  const other = await town.work('alpha', commits('other'));
  await town.landed(other);
  // The person makes the agent, and slings it again.
  town.settle({ ...TOWN, agents: { ghost: { command: '/bin/sh', args: ['{runner}'] } } });
  await town.sling(id);
  expect(await town.landed(id)).toMatchObject({ runs: 2, failures: 0 });
  expect(await town.read('run', `${id}.r2`)).toMatchObject({ name: waits.hold?.name });
});

test('a run of a rig that is gone gives its slot to other rigs', async () => {
  const id = await town.work('beta', town.counts('beta'));
  await town.running(id);
  rmSync(join(town.root, 'beta'), { recursive: true });
  town.open('beta');
  expect((await needsYou(id)).needsYou?.why).toContain('beta');
  await town.landed(await town.work('alpha', commits('after')));
});
