import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearers, commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open();
});
afterAll(() => town?.close());

/** Writes a rig's settings; the refinery looks again. */
function settings(rig: string, merge_queue: Record<string, unknown>): void {
  const file = join(town.root, rig, 'settings/config.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ merge_queue }));
}

const merge = (id: string) => town.read('merge', `${id}.m1`);
const blocked = (rig: string) => town.until(`the train of ${rig} stands`, async () => (await town.read('train', rig))?.blocked);

test('a red base blames nobody: the train stands, says so, and goes on when the target has moved', async () => {
  await town.rig('red', 'test ! -e broken', { broken: 'yes\n' });
  const id = await town.work('red', commits('innocent'));
  expect(await blocked('red')).toMatchObject({ why: 'base_red' });
  expect(await merge(id)).toMatchObject({ state: 'queued', held: expect.stringMatching(/^[0-9a-f]{40}\./) });
  expect(await town.read('work', id)).toMatchObject({ failures: 0, runs: 1 });
  expect(await town.event('train.blocked', (one) => one.subject === 'red')).toMatchObject({ data: { why: 'base_red' } });
  expect(await town.read('escalation', 'hq-esc-train-red')).toMatchObject({ cause: 'base_red', state: 'open' });
  const clone = join(town.dir, 'clone-red');
  await town.git(town.dir, ['clone', '-q', '-b', 'main', town.repo('red'), clone]);
  await town.git(clone, ['rm', '-q', 'broken']);
  await town.git(clone, ['commit', '-q', '-m', 'Mend it']);
  await town.git(clone, ['push', '-q', 'origin', 'HEAD:main']);
  settings('red', { check: 'test ! -e broken' });
  expect(await town.landed(id)).toMatchObject({ failures: 0, runs: 1 });
  await town.event('train.unblocked', (one) => one.subject === 'red');
  expect(await town.read('escalation', 'hq-esc-train-red')).toMatchObject({ state: 'closed' });
});

test('the request that mends a red base lands, and those that waited land after it', async () => {
  await town.rig('mended', 'test ! -e broken', { broken: 'yes\n' });
  const waits = await town.work('mended', commits('patient'));
  await blocked('mended');
  const mends = await town.work('mended', "git rm -q broken\ngit commit -q -m 'Mend it'");
  expect(await town.landed(mends)).toMatchObject({ failures: 0 });
  expect(await town.landed(waits)).toMatchObject({ failures: 0, runs: 1 });
});

test("a check that cannot be run is nobody's fault: after three tries the train stands and a person is asked; it goes on with a check that can", async () => {
  await town.rig('absent', 'no-such-program-anywhere');
  const id = await town.work('absent', commits('fine'));
  expect(await blocked('absent')).toMatchObject({ why: 'checks_broken' });
  expect(await merge(id)).toMatchObject({ state: 'checking', checks: 3 });
  expect(await town.read('escalation', 'hq-esc-train-absent')).toMatchObject({ cause: 'checks_broken', state: 'open' });
  const ended = (await town.events()).filter((one) => one.type === 'check.ended' && one.rig === 'absent');
  expect(ended.map((one) => one.data['state'])).toEqual(['error', 'error', 'error']);
  // A person's word passes the train that stands, and is told what came of it.
  const urgent = await town.work('absent', commits('urgent'));
  await town.event('merge.queued', (one) => one.subject === `${urgent}.m1`);
  const dry = await town.gt(['land', '--direct', urgent, '--skip-tests', '--dry-run']);
  expect(dry.out).toContain('it is next by your word, though the train has stopped');
  const said = await town.gt(['land', '--direct', urgent, '--skip-tests', '--reason', 'the site is down']);
  expect(said).toMatchObject({ exit: 0, out: expect.stringContaining('landed on main') });
  settings('absent', { check: 'test -e fine || test -e urgent' });
  expect(await town.landed(id)).toMatchObject({ failures: 0, runs: 1 });
});

test('a check that hangs is killed with its whole tree at its timeout, and the work comes back with that evidence', async () => {
  const hangs = 'if [ -e slow ]; then setsid sleep 31557 & sleep 31558; fi';
  await town.rig('slow', hangs);
  settings('slow', { check: hangs, checks_timeout: '5s', max_checks_retries: 0 });
  const rework = `cp "$GT_EVIDENCE" '${town.gate('evidence')}'\ngit rm -q slow\ngit commit -q -m 'Be quick'\n${commits('quick')}`;
  const id = await town.work('slow', commits('slow'), { rework });
  expect(await town.landed(id)).toMatchObject({ failures: 1, runs: 2 });
  expect(await merge(id)).toMatchObject({ state: 'returned', returned: { kind: 'checks' } });
  expect(readFileSync(town.gate('evidence'), 'utf8')).toMatch(/ran out of time/);
  expect(bearers(town.dir).filter((one) => one.command.includes('sleep 3155'))).toEqual([]);
});

test('a rig without checks lands what it gets, and says so loudly', async () => {
  await town.rig('naked');
  const id = await town.work('naked', commits('unseen'));
  await town.landed(id);
  expect(await merge(id)).toMatchObject({ state: 'merged', unchecked: true, checks: 0 });
  const said = await town.event('merge.unchecked', (one) => one.subject === `${id}.m1`);
  expect(said.data).toMatchObject({ warning: 'no checks configured' });
});
