import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bornOf, isAlive } from '#world/processes/scan';
import type { Host } from '#world/pty/host';
import { makeGround, nextEvent, type RunningHost, runToEnd, startHost } from '../support/pty.ts';
import { noted, notesIn, shows, standInSession, submit, writeScenario } from '../support/stand-in-program.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
let running: RunningHost;
let host: Host;
beforeAll(async () => {
  running = await startHost(ground, 'host');
  host = await running.connect(1);
});
afterAll(async () => {
  await running?.stop();
  await ground.clear();
});

const ID = '6f0c0b0e-0000-4000-8000-000000000001';

/** A claude of this file with a configuration of its own; its hooks write what they are told into a file. */
function claude(name: string, scenario: Parameters<typeof writeScenario>[2], words: readonly string[] = []) {
  const config = join(ground.dir, `${name}.config`);
  mkdirSync(config, { recursive: true });
  const told = join(ground.dir, `${name}.told`);
  const tell = (after: string) => ({
    hooks: [{ type: 'command', command: `cat >> ${told}; echo >> ${told}; ${after}`, timeout: 20 }],
  });
  const blocked = join(ground.dir, `${name}.blocked`);
  const once = `test -e ${blocked} || { touch ${blocked}; echo '{"decision":"block","reason":"look at your mail"}'; }`;
  const settings = join(ground.dir, `${name}.settings.json`);
  const hooks = {
    SessionStart: [tell('echo the context of the town')],
    UserPromptSubmit: [tell(':')],
    Stop: [tell(once)],
    SessionEnd: [tell(':')],
  };
  writeFileSync(settings, JSON.stringify({ skipDangerousModePermissionPrompt: true, hooks }));
  const { file, log } = writeScenario(ground, name, scenario);
  const argv = ['--dangerously-skip-permissions', '--settings', settings, ...words];
  const session = standInSession(ground, name, 'claude', file, argv);
  const request = { ...session, env: { ...session.env, CLAUDE_CONFIG_DIR: config } };
  const asked = () =>
    (readFileSync(told, 'utf8').match(/^\{.*\}$/gm) ?? []).map((line) => JSON.parse(line) as Record<string, unknown>);
  return { request, config, log, asked };
}

const trusted = (config: string) =>
  writeFileSync(
    join(config, '.claude.json'),
    JSON.stringify({ hasCompletedOnboarding: true, projects: { [ground.dir]: { hasTrustDialogAccepted: true } } }),
  );

test('plays a claude whole: hooks, a prompt of its own, a tool, a refused stop, its transcript and its end', async () => {
  const run = 'echo "$CLAUDE_CODE_SESSION_ID" > tool.out';
  const scenario = { turns: [{ ms: 50, tools: [{ run }], usage: { input: 5, output: 2 } }], usage_lines: 2 };
  const { request, config, log, asked } = claude('whole', scenario, ['--session-id', ID, 'begin #1']);
  trusted(config);
  await host.spawn(request);
  await noted(log, 'turn');
  await submit(host, 'whole', log, 'go on #2');
  await noted(log, 'turn', ({ n }) => n === 2);
  expect(notesIn(log).flatMap((note) => (note.kind === 'submit' ? [[note.id, note.glued]] : []))).toEqual([
    ['1', false],
    ['2', false],
  ]);
  expect((await host.peek('whole', { lines: 30 }))?.text).toContain('Stop hook error: look at your mail');
  const ended = nextEvent(host, 'drained', 'whole');
  await submit(host, 'whole', log, 'last words #3').then(() => noted(log, 'turn', ({ n }) => n === 3));
  await host.write('whole', '\x1b[200~/exit\x1b[201~');
  await shows(host, 'whole', '❯ /exit');
  await host.write('whole', '\r');
  await until('it is gone', async () => {
    if (notesIn(log).some(({ kind }) => kind === 'ended')) return true;
    await host.write('whole', '\r').catch(() => undefined);
    return false;
  });
  expect((await ended).exit).toMatchObject({ code: 0 });

  expect(readFileSync(join(ground.dir, 'tool.out'), 'utf8').trim()).toBe(ID);
  expect(asked().map((call) => call['hook_event_name'])).toEqual([
    'SessionStart',
    'UserPromptSubmit',
    'Stop',
    'Stop',
    'UserPromptSubmit',
    'Stop',
    'UserPromptSubmit',
    'Stop',
    'SessionEnd',
  ]);
  const transcript = join(config, 'projects', ground.dir.replace(/[^a-zA-Z0-9]/g, '-'), `${ID}.jsonl`);
  expect(asked()[0]).toMatchObject({ session_id: ID, transcript_path: transcript, cwd: ground.dir, source: 'startup' });
  expect(notesIn(log)).toContainEqual(
    expect.objectContaining({ kind: 'hook', moment: 'start', context: 'the context of the town' }),
  );
  const lines = readFileSync(transcript, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; message?: { id?: string; usage?: unknown } });
  const answers = lines.filter(({ type }) => type === 'assistant');
  // a stop that was refused is answered again
  expect(answers).toHaveLength(8);
  expect(new Set(answers.map(({ message }) => message?.id)).size).toBe(4);
  expect(answers[0]?.message?.usage).toMatchObject({ input_tokens: 5, output_tokens: 2 });

  const again = await runToEnd(host, { ...request, id: 'again' });
  expect(again.exit).toMatchObject({ code: 1 });
  expect((await host.output('again'))?.bytes.toString()).toContain('is already in use');
});

test('asks at a first start what the files do not spare it, with the defaults of the real one: Enter ends the warning', async () => {
  const { request, log } = claude('first', {});
  const ended = nextEvent(host, 'drained', 'first');
  const argv = request.argv.filter((word, at, all) => word !== '--settings' && all[at - 1] !== '--settings');
  await host.spawn({ ...request, argv });
  for (const [name, text] of [
    ['theme', 'Choose the text style'],
    ['trust', 'Accessing workspace:'],
    ['bypass', 'running in Bypass Permissions mode'],
  ] as const) {
    await shows(host, 'first', text);
    await noted(log, 'dialog', (note) => note.name === name);
    await host.write('first', '\r');
  }
  expect((await ended).exit).toMatchObject({ code: 1 });
});

test('TERM ends it as the real one, by a code or by the signal; the tool that runs dies with it or lives on', async () => {
  const scenario = { start: { dialogs: [] }, turns: [{ ms: 10, tools: [{ run: 'exec sleep 600' }] }] };
  for (const [like, how] of [
    ['claude', { code: 143 }],
    ['pi', { signal: 15 }],
  ] as const) {
    const id = `term-${like}`;
    const { file, log } = writeScenario(ground, id, scenario);
    await host.spawn(standInSession(ground, id, like, file));
    const { pid: program = 0 } = await noted(log, 'ready');
    await submit(host, id, log, 'go #1');
    const { pid = 0 } = await noted(log, 'tool');
    const born = bornOf(pid) ?? '';
    const drained = nextEvent(host, 'drained', id);
    process.kill(program, 'SIGTERM');
    expect((await drained).exit).toMatchObject({ signal: 15 });
    expect(notesIn(log).at(-1)).toMatchObject({ kind: 'ended', why: 'SIGTERM', ...how });
    if (like === 'pi') {
      expect(isAlive(pid, born)).toBe(true);
      process.kill(-pid, 'SIGKILL');
    }
    await until('the tool is gone', () => !isAlive(pid, born));
  }
});

test('a launcher that is deaf outlives TERM, and ends as its child does', async () => {
  const { file, log } = writeScenario(ground, 'deaf', { start: { dialogs: [] }, ends: { launcher: 'deaf', daemon: true } });
  await host.spawn(standInSession(ground, 'deaf', 'gemini', file));
  const { pid = 0 } = await noted(log, 'ready');
  const { pid: daemon = 0 } = await noted(log, 'tool', ({ name }) => name === 'daemon');
  const born = bornOf(daemon) ?? '';
  const parent = parentOf(pid);
  process.kill(parent, 'SIGTERM');
  await submit(host, 'deaf', log, 'still there #1');
  const drained = nextEvent(host, 'drained', 'deaf');
  process.kill(pid, 'SIGTERM');
  expect((await drained).exit).toMatchObject({ code: 0 });
  expect(isAlive(daemon, born)).toBe(true);
  process.kill(daemon, 'SIGKILL');
  await until('the daemon is gone', () => !isAlive(daemon, born));
});

/** The second word behind the name in a process' `stat` is its parent. */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
