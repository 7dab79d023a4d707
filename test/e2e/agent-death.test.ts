import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoredEvent } from '#world/store/tail';
import { commits, HarmedTown } from '../support/trial.ts';

const PAUSE_MS = 400;
let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open({
    max_attempts: 2,
    operational: { restart_backoff: { first: 0, base: PAUSE_MS, max: 1000 } },
    agents: {
      // Its first session says nothing to gt; the next one is a shell agent.
      mute: { command: '/bin/sh', args: ['-c', muteOnce, 'mute', '{runner}'] },
    },
  });
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

const muteOnce = 'if mkdir "$GT_ROOT/../mute-$GT_WORK_ITEM" 2>/dev/null; then exec sleep 600; else exec sh "$1"; fi';

const of = (events: readonly StoredEvent[], type: string, subject: string) =>
  events.filter((one) => one.type === type && one.subject === subject);

test('an agent that ends without done starts again on the same worktree, at once, then after pauses; three deaths fail the run, two runs need a person', async () => {
  const block = `pwd >> '${town.gate('places')}'\nif [ -e '${town.gate('better')}' ]; then ${commits('better').replaceAll('\n', '; ')}; else exit 3; fi`;
  const id = await town.work('alpha', block);
  const tired = await town.until('it needs a person', async () => {
    const work = await town.read('work', id);
    return work?.needsYou && !work.run ? work : undefined;
  });
  expect(tired).toMatchObject({ status: 'in_progress', runs: 2, failures: 2, rework: { kind: 'died' } });
  const events = await town.events();
  for (const run of [`${id}.r1`, `${id}.r2`]) {
    const [began, ended] = [of(events, 'session.noted', run), of(events, 'session.exited', run)];
    expect([began.length, ended.length]).toEqual([3, 3]);
    expect(ended.map((one) => one.data['code'])).toEqual([3, 3, 3]);
    expect(ended.map((one) => one.data['deaths'])).toEqual([1, 2, 3]);
    // The third one's pause is for nobody: the run fails.
    expect(ended.map((one) => one.data['pause'])).toEqual([0, PAUSE_MS, 2 * PAUSE_MS]);
    const [atOnce, until] = ended.map((one) => one.data['until']);
    expect(atOnce).toBeUndefined();
    expect(until).toBeGreaterThanOrEqual((began[1]?.at ?? Number.POSITIVE_INFINITY) + PAUSE_MS);
    expect(began[2]?.at).toBeGreaterThanOrEqual(until as number);
    expect(await town.read('run', run)).toMatchObject({ outcome: 'failed', deaths: 3 });
  }
  expect(await town.read('escalation', tired.needsYou?.escalation ?? '')).toMatchObject({
    state: 'open',
    subject: id,
    cause: 'max_attempts',
  });
  expect(of(events, 'escalation.opened', id)).toHaveLength(1);
  // A person takes it up again.
  town.open('better');
  await town.sling(id);
  const work = await town.landed(id);
  expect(work).toMatchObject({ runs: 3, status: 'closed' });
  expect(work.needsYou).toBeUndefined();
  expect(await town.read('escalation', tired.needsYou?.escalation ?? '')).toMatchObject({ state: 'closed' });
  expect(new Set(town.lines('places')).size).toBe(1);
  expect(town.lines('places')).toHaveLength(7);
});

test('a death with a new commit is progress: it is not counted with those before', async () => {
  const block = `n=$(ls | grep -c step || true)\n${commits('step-$n').replaceAll("'", '"')}\nif [ "$n" -lt 3 ]; then exit 1; fi`;
  const id = await town.work('alpha', block);
  expect(await town.landed(id)).toMatchObject({ runs: 1, failures: 0 });
  expect(await town.read('run', `${id}.r1`)).toMatchObject({ sessions: 4, outcome: 'submitted' });
});

test('an agent that dies within a commit leaves no lock of its git to the sessions after it', async () => {
  const lock = (name: string) => `: > "$(git rev-parse --git-path ${name}.lock)"`;
  const dies = `${lock('index')}; ${lock('HEAD')}; ${lock('$(git symbolic-ref HEAD)')}; exit 1`;
  const id = await town.work('alpha', `if mkdir '${town.gate('locked')}' 2>/dev/null; then ${dies}; fi\n${commits('unlocked')}`);
  expect(await town.landed(id)).toMatchObject({ runs: 1, failures: 0 });
  expect(await town.read('run', `${id}.r1`)).toMatchObject({ sessions: 2, deaths: 1 });
});

test('an agent that never calls gt is ended after the startup stall, and started anew', async () => {
  await town.rig('quiet', 'true');
  const file = join(town.root, 'quiet/settings/config.json');
  mkdirSync(dirname(file), { recursive: true });
  const settle = (operational: object) => {
    writeFileSync(`${file}.new`, JSON.stringify({ operational, merge_queue: { check: 'true' } }));
    renameSync(`${file}.new`, file);
  };
  settle({ startup_stall: '1s', restart_backoff: { first: '5s' } });
  const id = await town.work('quiet', commits('said'), { agent: 'mute' });
  await town.event('session.exited', ({ subject }) => subject === `${id}.r1`);
  // the next one, which speaks, has all the time that a busy machine may need
  settle({ startup_stall: '60s' });
  await town.landed(id);
  expect(await town.read('run', `${id}.r1`)).toMatchObject({ outcome: 'submitted', sessions: 2 });
  const [first] = of(await town.events(), 'session.exited', `${id}.r1`);
  expect(first?.data).toMatchObject({ session: `${id}.r1.s1` });
});

test('an agent that hangs up by itself has died as others do: it is not started again for ever', async () => {
  const id = await town.work('alpha', 'exit 129');
  const tired = await town.until('it needs a person', async () => {
    const work = await town.read('work', id);
    return work?.needsYou && !work.run ? work : undefined;
  });
  expect(tired).toMatchObject({ runs: 2, rework: { kind: 'died' } });
  expect(await town.read('run', `${id}.r2`)).toMatchObject({ outcome: 'failed', sessions: 3, deaths: 3 });
});

test('an agent that deletes its own worktree gets it back', async () => {
  const block = `if mkdir '${town.gate('deleted')}' 2>/dev/null; then here=$(pwd); cd /; rm -rf "$here"; exit 1; fi\n${commits('back')}`;
  const id = await town.work('alpha', block);
  expect(await town.landed(id)).toMatchObject({ runs: 1 });
});
