import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open({ max_polecats: 1, operational: { suspend_after: '2s', done_grace: '5s' } }); // a call that asks for the end of its own session ends within it
  await town.rig('alpha', 'true');
}, 90_000);
afterAll(() => town?.close());

/** Work whose agent waits for a gate, then hands in what lies in its worktree. */
const waiting = async (gate: string) => {
  const id = await town.work('alpha', `${town.counts(gate)}\n${commits(`${gate}.txt`)}`);
  const { session, dir, branch } = await town.running(id);
  return { id, session, dir, branch, env: { GT_SESSION: session.token, BD_ACTOR: 'alpha/polecats/x' } };
};
const run = (id: string, n = 1) => town.read('run', `${id}.r${n}`);

test('what a person puts aside stays where it is and holds no slot, until it is woken or slung again', async () => {
  const one = await waiting('one');
  expect((await town.does(['sleep', one.id])).out).toContain('sleeps');
  expect((await town.does(['polecat', 'list'])).out).toMatch(/asleep/);
  // Its session goes on, and when it dies none follows: the slot is free for others.
  expect((await run(one.id))?.session?.exit).toBeUndefined();
  process.kill(one.session.pid ?? 0, 'SIGKILL');
  const other = await town.work('alpha', commits('other.txt'));
  await town.landed(other);
  expect(await run(one.id)).toMatchObject({ outcome: 'suspended', sessions: 1 });
  expect(await town.read('work', one.id)).toMatchObject({ status: 'in_progress', parked: { as: 'asleep' } });
  expect((await town.does(['why', one.id])).out).toContain(`gt wake ${one.id}`);
  town.open('one');
  expect((await town.does(['wake', (await run(one.id))?.name ?? ''])).out).toContain('awake');
  expect(await town.landed(one.id)).toMatchObject({ runs: 2, failures: 0 });
  expect(await run(one.id, 2)).toMatchObject({ branch: one.branch });
});

test('work that is taken off its hook keeps its branch and worktree, and goes on there when it is slung again', async () => {
  const two = await waiting('two');
  writeFileSync(join(two.dir, 'half.txt'), 'half');
  expect((await town.does(['unsling', two.id])).out).toContain('open again');
  await town.until('its run has ended', async () => (await run(two.id))?.state === 'ended' || undefined);
  expect(await run(two.id)).toMatchObject({ outcome: 'cancelled', deaths: 0, snapshots: 1 });
  expect(await town.read('work', two.id)).toMatchObject({ status: 'open' });
  expect(existsSync(join(two.dir, 'half.txt'))).toBe(true);
  expect(await town.gt(['done'], { env: two.env })).toMatchObject({ exit: 4 });
  expect((await town.does(['release', two.id])).out).toContain('on no hook');
  town.open('two');
  await town.sling(two.id);
  expect(await town.landed(two.id)).toMatchObject({ runs: 2, failures: 0 });
  expect(await run(two.id, 2)).toMatchObject({ branch: two.branch });
  expect(await town.show('alpha', 'half.txt')).toBe('half');
});

test('an agent looks whether it could hand in, keeps checkpoints, shuts itself down with a note, and its next session finds both', async () => {
  const three = await waiting('three');
  const { env, dir, id } = three;
  const gt = (...words: string[]) => town.gt(words, { env });
  writeFileSync(join(dir, 'loose.txt'), 'loose');
  const dirty = await gt('done', '--dry-run');
  expect(dirty.exit).toBe(1);
  expect(dirty.out).toMatch(/no +No file is untracked[\s\S]*loose\.txt[\s\S]*`gt done` would refuse/);
  await town.git(dir, ['add', '-A']);
  await town.git(dir, ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '-m', 'Add it']);
  const clean = await gt('done', '--dry-run', '--json');
  expect(clean).toMatchObject({ exit: 0 });
  expect(JSON.parse(clean.out)).toMatchObject({ ready: true, refusal: null });
  expect((await run(id))?.submitted).toBeUndefined();

  expect((await gt('checkpoint', 'write', 'half way')).exit).toBe(0);
  expect((await gt('checkpoint')).out).toContain('half way');
  expect((await gt('handoff', '--collect')).out).toMatch(new RegExp(`Item: ${id}[\\s\\S]*Newest commits:[\\s\\S]*Add it`));
  const off = await gt('handoff', '-s', 'dinner', '-m', 'back at two', '--shutdown');
  expect(off).toMatchObject({ exit: 0, out: expect.stringContaining('is shut down') });
  await town.until('its session is over', async () => (await run(id))?.session?.exit);
  expect(await town.read('work', id)).toMatchObject({ status: 'in_progress', parked: { as: 'killed' } });
  // A person reads the note; it is in the mailbox of the agent, too.
  const shown = await town.does(['resume', id]);
  expect(shown.out).toMatch(/dinner[\s\S]*back at two[\s\S]*Checkpoint\s+half way/);
  expect(await town.read('message', `ml-handoff-${three.session.id}`)).toMatchObject({ type: 'HANDOFF', subject: 'dinner' });
  town.open('three');
  await town.does(['wake', id]);
  await town.landed(id);
});

test('a handoff that nobody can make is refused in two lines', async () => {
  const nobody = await town.gt(['handoff', '--shutdown']);
  expect([nobody.exit, nobody.err.trim().split('\n')]).toEqual([
    2,
    [expect.stringContaining('no agent session'), expect.stringContaining('gt handoff <agent>')],
  ]);
  const unknown = await town.gt(['handoff', 'alpha/nobody', 'go']);
  expect([unknown.exit, unknown.err.trim().split('\n').length]).toEqual([3, 2]);
  const two = await town.gt(['handoff', 'mayor', 'one', 'two']);
  expect([two.exit, two.err.trim().split('\n').length]).toEqual([2, 2]);
});
