import { beforeEach, expect, test } from 'vitest';
import { answerIt } from '#cli/answering';
import type { Io } from '#cli/command';
import type { OpenTown } from '#cli/wire';
import { isRefusal } from '#core/refusals';
import { createGate } from '#ops/create-gate';
import { failing } from '#ops/fail-step';
import { needs } from '#views/needs';
import { townLayout } from '#world/config/layout';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { good } from '../support/shop.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers;
beforeEach(async () => {
  at = await moleculeTown(server.path, { rig: () => ({ file: { beads: { prefix: 'sh' } } }) } as unknown as Partial<World>);
  worker = await at.begin();
});
endsEachTest(() => ({ at, worker }));

const io = { env: {}, cwd: '/', now: () => at.op.clock.now() } as unknown as Io;
const answered = (id: string, words: string) =>
  answerIt({ desk: at.op, root: '/nowhere', layout: townLayout('/nowhere') } as unknown as OpenTown, io, { id, words });
const refused = async (id: string, words: string) => {
  const told = await answered(id, words);
  return isRefusal(told) ? told.refused : told;
};
const waiting = async () => (await needs(at.op.books, { rigs: [] })).needs;

test('a gate is answered by a yes, or by a no with its reason', async () => {
  const wish = { type: 'human', keepsBack: [], rig: 'shop', prefix: 'sh' };
  // One after the other, and not in the same millisecond: the list begins with the oldest.
  const asks = async (name: string) => {
    const { id } = good(await createGate(at.op, { ...wish, name }));
    const { since } = await until(`${name} is asked`, async () => (await waiting()).find((one) => one.id === id));
    await until('time has gone on', () => at.op.clock.now() > since);
    return { id };
  };
  const [yes, no] = [await asks('Ship it?'), await asks('Drop it?')];
  expect(await waiting()).toMatchObject([
    { kind: 'gate', id: yes.id },
    { kind: 'gate', id: no.id },
  ]);
  expect(await refused(yes.id, 'perhaps')).toBe('USAGE');
  expect(await refused(no.id, 'no')).toBe('USAGE');
  expect(good(await answered(yes.id, 'yes'))).toMatchObject({ what: 'gate', says: expect.stringContaining('resolved') });
  expect(good(await answered(no.id, 'deny not now'))).toMatchObject({ says: 'denied: not now' });
});

test('a failed step is answered by another try, or left out with a reason; by its own id or that of its question', async () => {
  const agent = { exec: { executor: 'agent' } } as const;
  const { id } = await poured(at, planOf([planStep('build', [], agent), planStep('test', [], agent)]), { rig: 'shop' });
  await until('its steps are there', async () => (await at.op.books.read('molecule', id))?.state === 'open');
  for (const step of ['build', 'test'])
    await at.op.change(async (reading) => {
      const doc = await reading.get('step', `${id}.${step}`);
      if (!doc) throw new Error(`no ${step}`);
      return { ...(await failing(reading, doc, undefined, { reason: 'it broke' }, 1)), answer: undefined };
    });
  expect((await waiting()).map(({ kind, blocks }) => [kind, blocks])).toEqual([
    ['step', [id]],
    ['step', [id]],
  ]);
  expect(await refused(`${id}.build`, 'skip')).toBe('USAGE');
  expect(good(await answered(`${id}.build`, 'retry'))).toMatchObject({ what: 'step', says: 'is tried again' });
  const { failed } = (await at.op.books.read('step', `${id}.test`)) ?? {};
  expect(good(await answered(String(failed?.['escalation']), 'skip nobody needs it'))).toMatchObject({ id: `${id}.test` });
  expect(await waiting()).toEqual([]);
});
