import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GT } from '../../src/trials/trial-town.ts';
import { HarmedTown } from '../support/trial.ts';

/** Work that a person does, or an agent that a person starts: no session of gt's, who one is comes from the directory. */
let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open({ agent: 'claude' });
  await town.rig('shop', 'test ! -e broken');
  await town.rig('annex', 'true');
});
afterAll(() => town?.close());

type Said = { readonly exit: number; readonly out: string; readonly err: string };

/** A line in a person's plain shell: nothing of gt is in its environment but the town's owner's home. */
const typed = (cwd: string, line: string): Promise<Said> =>
  new Promise((resolve) => {
    const { GT_TOWN_ROOT: _, ...env } = town.env;
    const gt = `gt() { '${process.execPath}' '${GT}' "$@"; }\n`;
    execFile('/bin/sh', ['-c', gt + line], { cwd, env }, (fault, out, err) =>
      resolve({ exit: typeof fault?.code === 'number' ? fault.code : fault ? 128 : 0, out, err }),
    );
  });

type Slung = { places: Record<string, { dir: string; start: string }> };

async function layOut(title: string): Promise<{ id: string; dir: string; start: string }> {
  const { id } = await town.ask<{ id: string }>(['work', 'create', title, '--rig', 'shop']);
  const { places } = await town.ask<Slung>(['sling', id, '--no-spawn']);
  const place = places[id];
  if (!place?.dir) throw new Error(`no place for ${id}: ${JSON.stringify(places)}`);
  return { id, ...place };
}

test('a plain shell in the worktree has the work on its hook, hands it in, and it lands; a killed worker loses nothing of it', async () => {
  const { id, dir, start } = await layOut('Say hello');
  expect(start).toBe('claude');
  expect(await town.git(dir, ['status', '--porcelain'])).toBe('');
  const hooked = await typed(dir, 'gt hook');
  expect(hooked).toMatchObject({ exit: 0, out: expect.stringContaining('Say hello') });
  const worker = town.pid('worker');
  await town.kill('worker');
  await town.anotherWorker(worker);
  const run = await town.read('run', `${id}.r1`);
  expect(run).toMatchObject({ manual: true, state: 'live', sessions: 1, deaths: 0 });
  expect((await town.gt(['why', id])).out).toContain(`a person works on it in ${dir}`);
  expect((await typed(dir, 'echo hello >hello && git add -A && git commit -qm Hello && gt done')).exit).toBe(0);
  expect((await typed(dir, 'gt done')).out).toContain('was handed in already');
  await town.landed(id);
  expect(await town.show('shop', 'hello')).toBe('hello');
  expect((await town.events()).filter(({ subject, type }) => subject.startsWith(id) && type === 'session.started')).toEqual([]);
});
