import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearers, commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open({ operational: { done_grace: '10m' } });
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

test('twenty hand-ins at once by the live session are one merge request; the older session is refused all the while', async () => {
  const block = `
if [ ! -e '${town.gate('token')}' ]; then echo "$GT_SESSION" > '${town.gate('token')}'; while :; do sleep 0.2; done; fi
${commits('twenty')}
touch '${town.gate('committed')}'
${town.counts('go')}
for i in $(seq 1 20); do ( "$GT_BIN" done --json > '${town.dir}/done-'$i 2>&1; echo $? >> '${town.dir}/exits' ) & done
wait`;
  const id = await town.work('alpha', block);
  const { session } = await town.running(id);
  await town.until('its token', async () => (readText(town.gate('token')) ?? '').includes('\n'));
  process.kill(session.pid ?? 0, 'SIGKILL');
  const { session: next } = await town.until('the next session', async () => {
    const run = await town.running(id);
    return run.session.id === `${id}.r1.s2` && readText(town.gate('committed')) !== undefined ? run : undefined;
  });
  town.open('go');
  const late = { env: { GT_SESSION: readText(town.gate('token'))?.trim() ?? '' } };
  const refused = await Promise.all([1, 2, 3].map(() => town.gt(['done', '--json'], late)));
  for (const { exit, err } of refused)
    expect({ exit, code: JSON.parse(err).refused }).toEqual({ exit: 4, code: 'SESSION_STALE' });
  await town.landed(id);
  expect(readText(join(town.dir, 'exits'))?.trim().split('\n')).toEqual(Array.from({ length: 20 }, () => '0'));
  const answers = Array.from({ length: 20 }, (_, i) => JSON.parse(readText(join(town.dir, `done-${i + 1}`)) ?? ''));
  expect(answers.filter((one) => one.again === false)).toHaveLength(1);
  expect(new Set(answers.map((one) => `${one.merge} ${one.head}`)).size).toBe(1);
  const events = await town.events();
  expect(events.filter((one) => one.type === 'work.handed_in' && one.subject === id)).toHaveLength(1);
  expect((await town.landings('alpha')).get(id)).toBe(1);
  expect(next.id).toBe(`${id}.r1.s2`);
});

test('a target that a person moves between verdict and swap is not overwritten: built and checked anew, on top of theirs', async () => {
  // The check leaves a lock on the target behind: the swap cannot be made yet, though it was decided.
  const repo = town.repo('beta');
  const lock = join(repo, 'refs/heads/main.lock');
  await town.rig('beta', `test -e '${town.gate('swap')}' || touch '${lock}'`);
  const id = await town.work('beta', commits('mine'));
  const landing = await town.event('merge.landing', (one) => one.subject === `${id}.m1`);
  const worker = town.pid('worker');
  // the supervisor would put another in its place, were this to take long
  const theirs = await town.held(async () => {
    process.kill(worker, 'SIGSTOP');
    await town.until('its git to give up', async () => !bearers(town.dir).some((one) => one.command.includes('update-ref')));
    town.open('swap');
    rmSync(lock);
    const commit = await personCommits('beta', 'theirs');
    process.kill(worker, 'SIGCONT');
    return commit;
  });
  const work = await town.landed(id);
  expect(await town.read('merge', `${id}.m1`)).toMatchObject({ state: 'merged', checks: 2 });
  expect(work.closed?.commit).not.toBe(landing.data['tip']);
  expect(await town.show('beta', 'theirs')).toBe('theirs');
  expect(await town.show('beta', 'mine')).toBe('mine');
  await town.git(repo, ['merge-base', '--is-ancestor', theirs, work.closed?.commit ?? '']);
  expect((await town.events()).filter((one) => one.type === 'merge.rebuilt' && one.subject === `${id}.m1`)).toHaveLength(1);
});

test('work that conflicts comes back with the evidence, and lands reworked', async () => {
  const rework = `grep -q conflict "$GT_EVIDENCE"\necho "$GT_REWORK" > reason\nprintf 'one\\ntwo\\n' > shared\n${commits('reworked')}`;
  const block = (text: string) => `${town.counts('conflict')}\necho ${text} > shared\n${commits(`by-${text}`)}`;
  const ids = await Promise.all(['one', 'two'].map((text) => town.work('alpha', block(text), { rework })));
  await Promise.all(ids.map((id) => town.running(id)));
  town.open('conflict');
  const works = await Promise.all(ids.map((id) => town.landed(id)));
  expect(works.map((one) => one.runs).sort()).toEqual([1, 2]);
  expect(await town.show('alpha', 'shared')).toBe('one\ntwo');
  expect(await town.show('alpha', 'reason')).toBe('conflict');
  const landings = await town.landings('alpha');
  expect(ids.map((id) => landings.get(id))).toEqual([1, 1]);
});

/** Somebody commits to a rig's target by hand. @returns the commit */
async function personCommits(rig: string, file: string): Promise<string> {
  const clone = join(town.dir, `clone-${rig}`);
  await town.git(town.dir, ['clone', '-q', '-b', 'main', town.repo(rig), clone]);
  writeFileSync(join(clone, file), `${file}\n`);
  await town.git(clone, ['add', '-A']);
  await town.git(clone, ['commit', '-q', '-m', `Add ${file}`]);
  await town.git(clone, ['push', '-q', 'origin', 'HEAD:main']);
  return town.git(clone, ['rev-parse', 'HEAD']);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
