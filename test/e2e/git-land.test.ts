import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { cleanEnv, dropRig, makeRig, now, type Rig, sh } from '../support/repo.ts';

const rigs: Rig[] = [];
let rig: Rig;
beforeEach(async () => {
  rig = await makeRig();
  rigs.push(rig);
});
afterAll(() => rigs.forEach(dropRig));

async function candidate(base: string, head: string): Promise<string> {
  const made = await rig.git.candidate({ repo: rig.repo, base, head, message: `Merge ${head}`, at: 0 });
  if (made.kind !== 'built') throw new Error(made.kind);
  return made.tip;
}
const land = (base: string, tip: string) => rig.git.land({ repo: rig.repo, target: 'main', base, tip, reason: 'gt: land r1' });
const main = () => sh(rig.repo, 'rev-parse', 'refs/heads/main');

test('a tip lands where its base still is, with the reason in the reflog', async () => {
  const tip = await candidate(rig.base, rig.work('m1', { x: '1' }));
  expect(await land(rig.base, tip)).toEqual({ kind: 'landed' });
  expect(main()).toBe(tip);
  expect(sh(rig.repo, 'reflog', 'show', '-1', '--format=%gs', 'refs/heads/main')).toBe('gt: land r1');
});

test('a tip that landed before, by a double or with more on top, has landed', async () => {
  const tip = await candidate(rig.base, rig.work('m1', { x: '1' }));
  await land(rig.base, tip);
  expect(await land(rig.base, tip)).toEqual({ kind: 'landed' });
  await land(tip, await candidate(tip, rig.work('m2', { y: '1' })));
  expect(await land(rig.base, tip)).toEqual({ kind: 'landed' });
});

test('a target that a person moved in between is not overwritten, also when it was set back', async () => {
  const tip = await candidate(rig.base, rig.work('m1', { x: '1' }));
  const human = rig.work('main', { human: '1' });
  expect(await land(rig.base, tip)).toEqual({ kind: 'moved', to: human });
  expect(main()).toBe(human);
  const back = await candidate(human, rig.work('m2', { y: '1' }));
  sh(rig.repo, 'update-ref', 'refs/heads/main', rig.base);
  expect(await land(human, back)).toEqual({ kind: 'moved', to: rig.base });
});

test('a tip that does not come after its base is never landed, nor one on a target that is gone', async () => {
  const other = rig.work('other', { x: '1' });
  const tip = rig.work('m1', { y: '1' });
  await expect(land(other, tip)).rejects.toThrow('does not come after');
  sh(rig.repo, 'update-ref', '-d', 'refs/heads/main');
  await expect(land(rig.base, tip)).rejects.toMatchObject({ name: 'GitFault' });
});

test('of twenty landers at once exactly one lands, the others see where it moved to, and in the end none is lost', async () => {
  const heads = Array.from({ length: 20 }, (_, number) => rig.work(`m${number}`, { [`f${number}`]: 'x' }));
  let waiting = heads;
  for (let round = 0; waiting.length > 0; round++) {
    const base = main();
    const tips = await Promise.all(waiting.map((head) => candidate(base, head)));
    const outcomes = await Promise.all(tips.map((tip) => land(base, tip)));
    const winner = tips.find((_, index) => outcomes[index]?.kind === 'landed');
    if (round === 0) expect(outcomes.filter((outcome) => outcome.kind === 'landed')).toHaveLength(1);
    expect(
      outcomes
        .filter((outcome) => outcome.kind === 'moved')
        .every((outcome) => outcome.kind === 'moved' && outcome.to === winner),
    ).toBe(true);
    expect(main()).toBe(winner);
    waiting = waiting.filter((_, index) => outcomes[index]?.kind === 'moved');
    // The rest of the way one by one would only repeat this: land them in turn.
    if (round === 0) for (const head of waiting) await land(main(), await candidate(main(), head));
    if (round === 0) waiting = [];
  }
  expect(heads.filter((head) => sh(rig.repo, 'merge-base', head, 'main') !== head)).toEqual([]);
  expect(sh(rig.repo, 'rev-list', '--count', '--first-parent', 'main')).toBe('21');
});

test('a lock that a killed git left on the target is taken away once it is old, and not before', async () => {
  const tip = await candidate(rig.base, rig.work('m1', { x: '1' }));
  const lock = join(rig.repo, 'refs/heads/main.lock');
  sh(rig.repo, 'config', 'core.filesRefLockTimeout', '100');
  writeFileSync(lock, '');
  await expect(land(rig.base, tip)).rejects.toThrow('File exists');
  expect([main(), existsSync(lock)]).toEqual([rig.base, true]);
  const old = now() / 1000 - 11;
  utimesSync(lock, old, old);
  expect(await land(rig.base, tip)).toEqual({ kind: 'landed' });
  expect([main(), existsSync(lock)]).toEqual([tip, false]);
});

test('an old lock on the target is left alone while a git holds the repository', async () => {
  const tip = await candidate(rig.base, rig.work('m1', { x: '1' }));
  const lock = join(rig.repo, 'refs/heads/main.lock');
  sh(rig.repo, 'config', 'core.filesRefLockTimeout', '100');
  const holder = spawn('git', [`--git-dir=${rig.repo}`, 'cat-file', '--batch'], {
    env: cleanEnv(),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  holder.stdin.write('HEAD\n');
  await once(holder.stdout, 'data');
  writeFileSync(lock, '');
  const old = now() / 1000 - 60;
  utimesSync(lock, old, old);
  await expect(land(rig.base, tip)).rejects.toThrow('File exists');
  holder.stdin.end();
  await once(holder, 'exit');
  expect(await land(rig.base, tip)).toEqual({ kind: 'landed' });
});
