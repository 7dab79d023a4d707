import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commits, HarmedTown } from '../support/trial.ts';

/** A rig runs with any subset of the roles. */
let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open({ agent: 'shell' });
  await town.rig('shop', 'test ! -e broken');
});
afterAll(() => town?.close());

const set = (key: string, value: string) => town.does(['rig', 'settings', 'set', 'shop', key, value]);
const handedIn = async (id: string) => {
  const { merge } = await town.until(`${id} is handed in`, async () => {
    const work = await town.read('work', id);
    return work?.merge && !work.run ? { merge: work.merge } : undefined;
  });
  return town.until(`${merge} is pinned`, async () => {
    const doc = await town.read('merge', merge);
    return doc?.state === 'queued' ? doc : undefined;
  });
};

test('with the refinery off what is handed in stays submitted; a person lands one directly when its checks pass, and switching on lands the rest', async () => {
  await set('merge_queue.enabled', 'false');
  const files = ['one', 'broken', 'two', 'urgent'];
  const [one, bad, two, urgent = ''] = await Promise.all(files.map((file) => town.work('shop', commits(file))));
  const merges = await Promise.all([one, bad, two, urgent].map((id) => handedIn(id ?? '')));
  const pinned = await Promise.all(merges.map(({ id }) => town.git(town.repo('shop'), ['rev-parse', `refs/refinery/mr/${id}`])));
  expect(pinned).toEqual(merges.map(({ head }) => head));
  expect((await town.gt(['why', one ?? ''])).out).toContain('The refinery of shop is off');
  expect((await town.gt(['work', 'show', one ?? ''])).out).toContain('submitted');

  const address = `shop/${(await town.read('work', one ?? ''))?.hold?.name}`;
  const dry = await town.gt(['land', '--direct', address, '--dry-run']);
  expect(dry).toMatchObject({ exit: 0, out: expect.stringMatching(/no conflict with main[\s\S]*would run: check/) });
  expect((await town.read('work', one ?? ''))?.status).toBe('in_progress');
  const said = await town.gt(['land', '--direct', address]);
  expect(said).toMatchObject({ exit: 0, out: expect.stringContaining(`${one} landed on main`) });
  expect(await town.gt(['land', '--direct', bad ?? ''])).toMatchObject({ exit: 1, out: expect.stringContaining('came back') });
  expect(await town.gt(['land', '--direct', address])).toMatchObject({ exit: 3 });
  await town.landed(one ?? '');
  expect([...(await town.landings('shop')).keys()]).toEqual([one]);

  // Without its checks only by a person's word, which is kept; then they run on the target before anything else lands.
  const untested = ['land', '--direct', urgent, '--skip-tests'];
  expect(await town.gt(untested)).toMatchObject({ exit: 2 });
  expect(await town.gt([...untested, '--reason', 'the site is down'])).toMatchObject({
    exit: 0,
    out: expect.stringContaining('It was not tested'),
  });
  expect((await town.gt(['why', urgent])).out).toContain('landed without its checks by overseer: the site is down');
  await town.until('main is proven', async () => (await town.read('train', 'shop'))?.owed === undefined || undefined);
  expect((await town.gt(['feed', '--plain'])).out).toMatch(/merge\.override[\s\S]*train\.proven/);

  await set('merge_queue.enabled', 'true');
  await town.landed(two ?? '');
  expect(await town.show('shop', 'two')).toBe('two');
});

test('with the witness off an agent that ends is not started again: its item waits for a person, with all that it made', async () => {
  await set('witness.enabled', 'false');
  expect((await town.gt(['rig', 'status', 'shop'])).out).toMatch(/witness +off/);
  const id = await town.work(
    'shop',
    `if [ -e '${town.gate('better')}' ]; then ${commits('three').replaceAll('\n', '; ')}; else echo half >half; exit 3; fi`,
  );
  const waits = await town.until(`${id} waits for a person`, async () => {
    const work = await town.read('work', id);
    return work?.needsYou && !work.run ? work : undefined;
  });
  expect(waits).toMatchObject({ runs: 1, needsYou: { why: expect.stringContaining('the witness of shop is off') } });
  expect(await town.read('run', `${id}.r1`)).toMatchObject({
    outcome: 'suspended',
    sessions: 1,
    deaths: 1,
    session: { exit: { code: 3 } },
  });
  expect(readFileSync(join(waits.hold?.dir ?? '', 'half'), 'utf8')).toBe('half\n');
  expect((await town.gt(['status'])).out).toContain(`gt sling ${id}`);
  town.open('better');
  await town.does(['sling', id]);
  await town.landed(id);
});
