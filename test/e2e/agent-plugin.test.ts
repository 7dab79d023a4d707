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
  const tells = `[ "$1" = prime ] && cat '${join(base, 'step')}'`;
  writeFileSync(join(base, 'gt'), `#!/bin/sh\necho "$* $(cat)" >> '${log}'\n${tells}\nexit 0\n`, { mode: 0o755 });
  said = () => readFileSync(log, 'utf8').split('\n').slice(0, -1);
  vi.stubEnv('GT_BIN', join(base, 'gt'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

type Tool = { tool: string; sessionID: string; callID: string };
type Plugin = {
  event: (of: { event: { type: string; properties?: object } }) => Promise<void>;
  'tool.execute.before': (input: Tool, output: { args: object }) => Promise<void>;
  'tool.execute.after': (input: Tool, output: object) => Promise<void>;
  'experimental.chat.system.transform': (input: object, output: { system: string[] }) => Promise<void>;
};

/** The plugin, as OpenCode loads it. */
async function plugin(): Promise<Plugin> {
  const { preset } = playedBy('opencode');
  const config = join(base, 'config');
  await provision({ preset, places: { config, home: base, root: base, worktree: base }, autonomous: true, hooks: true });
  const { Gt } = (await import(pathToFileURL(join(config, 'plugin/gt.js')).href)) as { Gt: () => Promise<Plugin> };
  return Gt();
}

test('OpenCode’s plugin tells a turn that failed, and not its end; one that a person broke off has only ended', async () => {
  const { event } = await plugin();
  const tells = (type: string, properties = {}) => event({ event: { type, properties } });
  await tells('session.created', { info: { id: 'ses_1' } });
  await Promise.all([tells('session.error', { sessionID: 'ses_1', error: { name: 'APIError' } }), tells('session.idle')]);
  expect(said()).toEqual(['signal failed {"session_id":"ses_1","error":"APIError"}']);
  await tells('session.error', { sessionID: 'ses_1', error: { name: 'MessageAbortedError' } });
  await tells('session.idle', { sessionID: 'ses_1' });
  await tells('session.idle', { sessionID: 'ses_another' });
  expect(said().slice(1)).toEqual(['signal stop {"session_id":"ses_1"}']);
});

test('OpenCode’s model is told how its work stands now: anew after its own calls of gt, a compaction, and in another conversation', async () => {
  const made = await plugin();
  const stands = (text: string) => writeFileSync(join(base, 'step'), text);
  /** What the next call of the model has as context. */
  const told = async () => {
    const output = { system: [] as string[] };
    await made['experimental.chat.system.transform']({ sessionID: 'ses_1' }, output);
    return output.system;
  };
  const runs = async (tool: string, command: string) => {
    const call = { tool, sessionID: 'ses_1', callID: 'c' };
    await made['tool.execute.before'](call, { args: { command } });
    await made['tool.execute.after'](call, {});
  };
  const happens = (type: string, properties: object) => made.event({ event: { type, properties } });
  stands('step one');
  await happens('session.created', { info: { id: 'ses_1' } });
  // A title is asked for beside the first turn.
  expect(await Promise.all([told(), told()])).toEqual([['step one'], ['step one']]);
  stands('step two');
  await runs('bash', 'npm test');
  await runs('read', 'gt');
  await happens('session.created', { info: { id: 'ses_2', parentID: 'ses_1' } });
  expect(await told()).toEqual(['step one']);
  const later: ReadonlyArray<readonly [string, () => Promise<void>]> = [
    ['step two', () => runs('bash', 'gt mol step done')],
    ['step three', () => runs('bash', '"$GT_BIN" hook && bd close x')],
    ['step four', () => happens('session.compacted', { sessionID: 'ses_1' })],
    ['step five', () => happens('session.created', { info: { id: 'ses_1b' } })],
  ];
  for (const [step, does] of later) {
    stands(step);
    await does();
    expect(await told()).toEqual([step]);
  }
  // A gt that says nothing just then takes nothing away.
  stands('');
  await runs('bash', 'gt hook');
  expect(await told()).toEqual(['step five']);
});
