import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SessionLine } from '#views/sessions';
import { townLayout } from '#world/config/layout';
import { readIndex } from '#world/pty/recording/shelf';
import { GT } from '../../src/trials/trial-town.ts';
import { makeGround, runToEnd, shell, startHost } from '../support/pty.ts';
import { MAIN } from '../support/stand-in-program.ts';
import { commits, HarmedTown } from '../support/trial.ts';

const SECRET = 'hunter2-correct/horse';
const ANSWER = `The cache is left alone, for ${SECRET}.`;

const ground = makeGround();
let town: HarmedTown;
let id: string;
let session: string;

/** A claude that works by its scenario, and tells of its environment each time it is started. */
function installClaude(): string {
  const [scenario, program] = [join(town.dir, 'scenario.json'), join(town.dir, 'bin', 'claude')];
  const work = [`cd "$GT_WORKTREE"`, '"$GT_BIN" hook', commits('done'), `"$GT_BIN" work create "found $MY_API_KEY" --rig alpha`];
  const run = work.join(' && ').replaceAll('\n', ' && ');
  // it hands in when its answer was seen: an agent that has handed in may be ended before
  const later = `while [ ! -e '${town.gate('answered')}' ]; do sleep 0.1; done; cd "$GT_WORKTREE" && "$GT_BIN" done`;
  const turns = [{ ms: 50, tools: [{ run }, { run: later, background: true }], answer: ANSWER }];
  writeFileSync(scenario, JSON.stringify({ log: join(town.dir, 'notes'), turns }));
  mkdirSync(join(town.dir, 'bin'));
  writeFileSync(
    program,
    `#!/bin/sh\nenv > '${join(town.dir, 'env')}'\nexec '${process.execPath}' '${MAIN}' stand-in --like claude --scenario '${scenario}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  return program;
}

/** What a file of the running town holds; nothing when it is gone by now. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fault;
  }
}

const envOfLast = (): string => readFileSync(join(town.dir, 'env'), 'utf8');

beforeAll(async () => {
  town = await HarmedTown.open({}, { MY_API_KEY: SECRET, ANTHROPIC_AUTH_TOKEN: 'loopback-token' });
  const operational = { done_grace: '1s' };
  town.settle({ agents: { claude: { command: installClaude() } }, operational });
  await town.rig('alpha');
  id = await town.work('alpha', '', { agent: 'claude' });
  session = `${id}.r1.s1`;
  await town.until('its answer stands on its screen', async () =>
    (await town.output(session)).includes('The cache is left alone'),
  );
  town.open('answered');
  await town.landed(id);
  const { recording } = townLayout(town.root);
  await town.until('its recording is whole', async () => (await readIndex(recording(session)))?.end);
}, 120_000);
afterAll(async () => {
  await ground.clear();
  await town?.close();
});

test('a session is found when its run is over: by item, agent and text, with how it ended and what it committed', async () => {
  const [line] = await town.ask<SessionLine[]>(['session', 'list', '--item', id]);
  expect(line).toMatchObject({
    id: session,
    work: id,
    agent: 'claude',
    live: false,
    how: 'handed in',
    mode: 'fresh',
    holder: `${id}.r1`,
  });
  expect(line?.beacon).toMatch(/^\[GAS TOWN\] alpha\/polecats\/\w+ <- \S+ • .* • assigned:/);
  expect(line?.conversation).toMatch(/^[0-9a-f-]{36}$/);
  expect(line?.headAfter).not.toBe(line?.headBefore);
  const { out: shown } = await town.does(['session', 'show', id]);
  expect(shown).toMatch(/^\S+ handed in \(/);
  expect(shown).toMatch(/commits +\w+\.\.\w+\n.*recording +.*1 part,/);
  const found = await town.ask<{ hits: Array<{ session: string; row: string }> }>(['session', 'search', 'the CACHE is left']);
  expect(found.hits[0]).toMatchObject({ session, row: expect.stringContaining('The cache is left alone, for ***') });
  const { out } = await town.does(['session', 'export', session, '--format', 'txt']);
  expect(out).toContain('The cache is left alone');
  const { exit, err } = await town.gt(['session', 'show', `${session}1`]);
  expect([exit, err]).toEqual([3, expect.stringContaining(session)]);
});

test('a planted secret is in nothing that gt keeps: recordings, logs, events, the books', async () => {
  const kept = readdirSync(town.root, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const own = kept.map(({ parentPath, name }) => join(parentPath, name)).filter((path) => !path.includes('/.runtime/agents/'));
  expect(own.length).toBeGreaterThan(20);
  expect(own.filter((path) => textOf(path).includes(SECRET))).toEqual([]);
  expect(JSON.stringify(await town.events())).not.toContain(SECRET);
  expect((await town.does(['work', 'list', '--json'])).out).toContain(`found ${'*'.repeat(SECRET.length)}`);
});

test('an earlier session is asked by a fork of its conversation, which has no token and leaves nothing behind', async () => {
  expect((await town.does(['seance'])).out).toMatch(new RegExp(`${session} +alpha/polecats/\\w+ .* fork +\\[GAS TOWN\\]`));
  const before = await town.ask<SessionLine>(['session', 'show', session]);
  expect(existsSync(before.dir)).toBe(false);
  const { answer, conversation, way } = await town.ask<{ answer: string; conversation: string; way: string }>([
    ...['seance', '--talk', id, '-p', 'Why did you leave the cache alone?'],
  ]);
  expect([way, answer]).toEqual([
    'fork',
    expect.stringMatching(new RegExp(`\\(after [1-9]\\d* lines of ${before.conversation}\\)$`)),
  ]);
  expect(conversation).not.toBe(before.conversation);
  expect(envOfLast()).not.toMatch(/^(GT_SESSION|GT_ROLE|BD_ACTOR)=/m);
  expect(existsSync(before.dir)).toBe(false);
  const { exit, err } = await town.gt(['seance', '--talk', session]);
  expect([exit, err]).toEqual([2, expect.stringContaining('needs a terminal')]);
});

test('a replay plays to its end and gives the terminal back; what is damaged is left out, said, and told by the exit code', async () => {
  const running = await startHost(ground, 'host');
  const host = await running.connect(1);
  const played = async (name: string) => {
    const line = `'${process.execPath}' '${GT}' session replay ${session} --no-wait; echo "exit $?"; stty -a | grep -o '.icanon'`;
    const asked = shell(ground, name, line);
    await runToEnd(host, { ...asked, env: { ...asked.env, ...(town.env as Record<string, string>), GT_TOWN_ROOT: town.root } });
    return (await host.output(name))?.bytes.toString() ?? '';
  };
  const whole = await played('whole');
  expect(whole).toContain('The cache is left alone');
  expect(whole).toMatch(/was played to its end\.\r\nexit 0\r\n icanon/);
  const file = join(townLayout(town.root).recording(session), '1.cast');
  truncateSync(file, readFileSync(file).length - 5);
  expect(await played('cut')).toMatch(/Not all of it could be read: the last line of part 1 is cut\.[\s\S]*exit 1\r\n/);
  await running.stop();
});

test("a command runs in an agent's place, without its token; its output and its exit code are gt's own, and in the end nothing of it is left", async () => {
  const other = await town.work('alpha', `${town.counts('capture')}\n${commits('captured')}`);
  const { dir } = await town.running(other);
  const told = await town.gt(['capture', other, 'pwd; echo "[$GT_SESSION$BD_ACTOR] $GT_WORK_ITEM"; echo bad >&2; exit 7']);
  expect(told).toEqual({ exit: 7, out: `${dir}\n[] ${other}\n`, err: 'bad\n' });
  const child = `setsid sh -c 'echo on > ${join(town.dir, 'on')}; sleep 600' & wait`;
  for (const limit of ['2s', '30s']) {
    const late = await town.gt(['capture', other, child, '--timeout', limit]);
    expect([late.exit, late.err]).toEqual([6, expect.stringContaining(`Ended after ${limit}`)]);
    if (existsSync(join(town.dir, 'on'))) break; // else the machine was too slow to begin
  }
  expect(existsSync(join(town.dir, 'on'))).toBe(true);
  const left = readdirSync('/proc').filter((pid) => {
    try {
      if (!/^\d+$/.test(pid)) return false;
      const env = readFileSync(`/proc/${pid}/environ`, 'latin1');
      return env.includes('GT_RUN_ID=capture.') && env.includes(town.root); // other towns have theirs
    } catch {
      return false;
    }
  });
  expect(left).toEqual([]);
  town.open('capture');
  await town.landed(other);
  expect((await town.gt(['capture', other, 'pwd'])).exit).toBe(3);
});
