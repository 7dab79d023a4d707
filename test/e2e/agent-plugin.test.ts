import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { provision } from '#world/agents/provision';
import { playedBy } from '../../src/trials/stand-in/command.ts';

let base: string;
let said: () => string[];
beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
  const log = join(base, 'said');
  writeFileSync(log, '');
  writeFileSync(join(base, 'gt'), `#!/bin/sh\necho "$* $(cat)" >> '${log}'\n`, { mode: 0o755 });
  said = () => readFileSync(log, 'utf8').split('\n').slice(0, -1);
  vi.stubEnv('GT_BIN', join(base, 'gt'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

type Plugin = { event: (of: { event: { type: string; properties?: object } }) => Promise<void> };

test('OpenCode’s plugin tells a turn that failed, and not its end; one that a person broke off has only ended', async () => {
  const { preset } = playedBy('opencode');
  const config = join(base, 'config');
  await provision({ preset, places: { config, home: base, root: base, worktree: base }, autonomous: true, hooks: true });
  const { Gt } = (await import(pathToFileURL(join(config, 'plugin/gt.js')).href)) as { Gt: () => Promise<Plugin> };
  const { event } = await Gt();
  const tells = (type: string, properties = {}) => event({ event: { type, properties } });
  await tells('session.created', { info: { id: 'ses_1' } });
  await Promise.all([tells('session.error', { sessionID: 'ses_1', error: { name: 'APIError' } }), tells('session.idle')]);
  expect(said()).toEqual(['signal failed {"session_id":"ses_1","error":"APIError"}']);
  await tells('session.error', { sessionID: 'ses_1', error: { name: 'MessageAbortedError' } });
  await tells('session.idle', { sessionID: 'ses_1' });
  await tells('session.idle', { sessionID: 'ses_another' });
  expect(said().slice(1)).toEqual(['signal stop {"session_id":"ses_1"}']);
});
