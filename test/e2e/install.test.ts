import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install } from '#chores/install';
import { isRefusal } from '#core/refusals';
import { readTown } from '#world/config/town';
import { readPidFile, writePidFile } from '#world/processes/pid-file';
import { onPath } from '#world/processes/programs';
import { installGround } from '../../src/daemon/town-ground.ts';
import { built } from '../support/built.ts';

let base: string;
beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const program = (folder: string, name: string, says: string) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\n`);
  chmodSync(join(folder, name), 0o755);
};

test('install makes a town in git, starts nothing, and lists what it found with versions', async () => {
  const agents = join(base, 'agents');
  program(agents, 'codex', 'codex-cli 0.42.1');
  const env = { ...process.env, PATH: `${agents}:${process.env['PATH']}`, HOME: base };
  const installed = await install(installGround(env, base), { path: 'town', git: true });
  if (isRefusal(installed)) throw new Error(JSON.stringify(installed));
  expect(installed).toMatchObject({ root: join(base, 'town'), name: 'town', git: true });
  expect(readTown(installed.root)).toMatchObject({ id: installed.id });
  expect(installed.dependencies.find(({ name }) => name === 'codex')).toMatchObject({ found: true, version: '0.42.1' });
  expect(installed.dependencies.filter(({ kind, fit }) => kind === 'required' && fit).map(({ name }) => name)).toEqual([
    'node',
    'git',
    'redis',
  ]);
  const git = (...words: string[]) => execFileSync('git', ['-C', installed.root, ...words], { encoding: 'utf8' }).trim();
  expect(git('status', '--porcelain')).toBe('');
  expect(git('log', '--format=%s')).toBe('A new town');
  expect(existsSync(join(installed.root, '.runtime', 'supervisor.pid'))).toBe(false);
  expect(await install(installGround(env, base), { path: 'town/rig/deep' })).toMatchObject({
    refused: 'TOWN_EXISTS',
    facts: { root: installed.root },
  });
});

test('install refuses without a git that can merge in memory, and without Redis, and says how to get them', async () => {
  const tools = join(base, 'tools');
  program(tools, 'git', 'git version 2.25.1');
  symlinkSync(onPath(['sh']) ?? '', join(tools, 'sh'));
  const refusal = await install(installGround({ PATH: tools }, base), { path: 'poor' });
  expect(refusal).toMatchObject({
    refused: 'TOOL_MISSING',
    facts: { tools: 'git 2.38 or newer (found 2.25.1), redis 6.2 or newer' },
  });
  expect(existsSync(join(base, 'poor'))).toBe(false);
});

test('of many who take over the pid file of a dead process at once, one gets it', async () => {
  const code = pathToFileURL(await built('src/world/processes/pid-file.js')).href;
  const path = join(base, 'contested.pid');
  for (let round = 0; round < 3; round++) {
    writePidFile(path, { pid: 999_999_999, born: String(round) });
    // Each says whether it got the file, and lives until all have said so: its input ends then.
    const claim = `import { claimPidFile } from '${code}'; process.stdout.write(claimPidFile('${path}') ? 'no\\n' : 'yes\\n'); process.stdin.resume()`;
    const one = `${process.execPath} --input-type=module -e "$CLAIM"`;
    const script = `mkfifo gate && exec 3<>gate; for i in 1 2 3 4 5 6; do ${one.replace('"$CLAIM"', '"$CLAIM" 0<&3')} >> out & done; until [ "$(wc -l < out)" -ge 6 ]; do read -r -t 0.05 x < /dev/zero || true; done; cat out; kill $(jobs -p); rm gate out`;
    const said = execFileSync('bash', ['-c', `touch out; ${script}`], {
      cwd: base,
      env: { ...process.env, CLAIM: claim },
      encoding: 'utf8',
    });
    expect(said.match(/yes/g)).toHaveLength(1);
    expect(said.match(/no/g)).toHaveLength(5);
    expect(readPidFile(path)?.pid).toBeLessThan(999_999_999);
  }
});
