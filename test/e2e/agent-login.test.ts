import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRefusal } from '#core/refusals';
import { townLayout } from '#world/config/layout';
import { makeTown } from '#world/config/make-town';
import { GT } from '../../src/trials/trial-town.ts';
import { built } from '../support/built.ts';
import { call } from '../support/cli.ts';
import { envOf, makeGround, printed, type RunningHost, startHost } from '../support/pty.ts';

const ground = makeGround();
let base: string;
let root: string;
let running: RunningHost;
beforeAll(async () => {
  await built('bin/gt.js');
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
  root = join(base, 'town');
  const made = makeTown({ root, name: 'town', now: 0 });
  if (isRefusal(made)) throw new Error(made.refused);
  mkdirSync(townLayout(root).presets, { recursive: true });
  const script = '#!/bin/sh\nread -p "key? " key\nprintf %s "$1:$key:$API_KEY" > "$VAULT_HOME/key"\necho "thank you"\nexit 3\n';
  writeFileSync(join(base, 'vault'), script, { mode: 0o755 });
  const preset = {
    command: join(base, 'vault'),
    login: ['log-me-in'],
    config: { variables: { VAULT_HOME: '{config}' }, override: 'MY_VAULT' },
    files: [{ path: '{config}/quiet.json', merge: 'json-merge', content: { welcome: false } }],
  };
  writeFileSync(join(townLayout(root).presets, 'vault.json'), JSON.stringify(preset));
  running = await startHost(ground, 'login');
});
afterAll(async () => {
  await running?.stop();
  await ground.clear();
  rmSync(base, { recursive: true, force: true });
});

/** Calls gt in a terminal of its own, types a key, and answers what came of it. */
async function login(id: string, more: Record<string, string> = {}) {
  const host = await running.connect(1);
  const env = { ...envOf(ground, id), HOME: base, API_KEY: 'from the environment', TERM: 'xterm', ...more };
  await host.spawn({ id, argv: [process.execPath, GT, 'config', 'agent', 'login', 'vault', '--town', root], cwd: base, env });
  await printed(host, id, 'key? ');
  await host.write(id, 'secret\r');
  return { said: await printed(host, id, 'ended with 3'), host };
}

test('a person logs in once for the town, in their own terminal, with the directory that its agents have', async () => {
  const { said } = await login('town');
  const config = townLayout(root).agentConfig('vault');
  expect(said).toContain(`What it keeps lies in ${config}.`);
  expect(said).toContain('thank you');
  expect(readFileSync(join(config, 'key'), 'utf8')).toBe('log-me-in:secret:from the environment');
  expect(JSON.parse(readFileSync(join(config, 'quiet.json'), 'utf8'))).toEqual({ welcome: false });
});

test("a person's own directory is used where they named one", async () => {
  const own = join(base, 'own');
  await login('own', { MY_VAULT: own });
  expect(readFileSync(join(own, 'key'), 'utf8')).toContain('secret');
});

test('a login without a terminal, of a program without a directory, or without the program is refused with what to do', async () => {
  const words = (name: string) => ['config', 'agent', 'login', name, '--town', root];
  const io = { env: { PATH: '/usr/bin:/bin', HOME: base } };
  expect(await call(words('vault'), io)).toMatchObject({ exit: 2, err: expect.stringContaining('needs a terminal') });
  expect(await call(words('shell'), io)).toMatchObject({ exit: 2, err: expect.stringContaining('the login that you have') });
  expect(await call(words('claude'), io)).toMatchObject({ exit: 1, err: expect.stringContaining('npm install -g') });
  expect(await call(words('valut'), io)).toMatchObject({ exit: 3, err: expect.stringContaining('`vault`') });
});
