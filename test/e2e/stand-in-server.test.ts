import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host, SpawnRequest } from '#world/pty/host';
import { cleanEnv, envOf, makeGround, nextEvent, type RunningHost, startHost } from '../support/pty.ts';
import { MAIN, noted, notesIn, shows, submit, writeScenario } from '../support/stand-in-program.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
const dir = join(ground.dir, 'players');
let running: RunningHost;
let host: Host;
let server: ChildProcess;
let joining: readonly string[];

beforeAll(async () => {
  running = await startHost(ground, 'host');
  host = await running.connect(1);
  server = spawn(process.execPath, [MAIN, 'stand-in', '--serve', dir], { env: cleanEnv(), stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(server.stdout ?? server, 'data')) as [Buffer];
  joining = (JSON.parse(String(line)) as { join: string[] }).join;
});
afterAll(async () => {
  server?.kill('SIGTERM');
  await running?.stop();
  await ground.clear();
});

const session = (id: string, file: string): SpawnRequest => ({
  id,
  argv: [...joining, file],
  cwd: ground.dir,
  env: envOf(ground, id),
  cols: 100,
  rows: 30,
});

test('one process plays five terminals at once: every text is taken once and in order, and each ends as it was told', async () => {
  const likes = ['claude', 'codex', 'gemini', 'copilot', 'pi'];
  await Promise.all(
    likes.map(async (like, at) => {
      const scenario = { like, seed: at, enter: { within_ms: 80 }, frame: { every_ms: 80, always: true }, turns: [{ ms: 30 }] };
      const { file, log } = writeScenario(ground, like, scenario);
      await host.spawn(session(like, file));
      await noted(log, 'ready');
      for (let n = 1; n <= 5; n++) {
        await submit(host, like, log, `text #${n}`);
        await noted(log, 'turn', (note) => note.n === n);
      }
      const taken = notesIn(log).flatMap((note) => (note.kind === 'submit' ? [`${note.id} ${note.glued}`] : []));
      expect([like, taken]).toEqual([like, ['1 false', '2 false', '3 false', '4 false', '5 false']]);
      const drained = nextEvent(host, 'drained', like);
      await until(`${like} ends`, async () => {
        if (notesIn(log).some(({ kind }) => kind === 'ended')) return true;
        await host.write(like, '\x03').catch(() => undefined);
        return false;
      });
      expect((await drained).exit).toMatchObject({ code: 0 });
    }),
  );
  const ttys = likes.map((like) => notesIn(join(ground.dir, `${like}.notes`))[0]?.tty);
  expect(new Set(ttys).size).toBe(5);
});

test('a session that is killed is forgotten by the server, and one that crashes ends by its signal', async () => {
  const { file, log } = writeScenario(ground, 'killed', { like: 'claude', frame: { always: true } });
  await host.spawn(session('killed', file));
  await shows(host, 'killed', '❯');
  const { pid = 0 } = (await host.get('killed')) ?? {};
  expect(pid).toBeGreaterThan(0);
  await host.kill('killed', { graceMs: 0 });
  await host.forget('killed');
  const crashing = writeScenario(ground, 'crashing', { like: 'claude', ends: { crash_ms: 100, crash: { signal: 9 } } });
  const drained = nextEvent(host, 'drained', 'crashing');
  await host.spawn(session('crashing', crashing.file));
  expect((await drained).exit).toMatchObject({ signal: 9 });
  await noted(crashing.log, 'ended');
  await until('the server has let go of both', () => readdirSync(dir).every((name) => name === 'join'));
  expect(notesIn(log).some(({ kind }) => kind === 'ended')).toBe(false);
});

test('a scenario that is broken ends its session, and no other', async () => {
  const { file } = writeScenario(ground, 'broken', { like: 'nobody' });
  const drained = nextEvent(host, 'drained', 'broken');
  await host.spawn(session('broken', file));
  expect((await drained).exit).toMatchObject({ code: 64 });
  const { file: good, log } = writeScenario(ground, 'good', { like: 'claude' });
  await host.spawn(session('good', good));
  await noted(log, 'ready');
});

test('when the server is gone its sessions end', async () => {
  const { file, log } = writeScenario(ground, 'orphan', { like: 'claude' });
  const drained = nextEvent(host, 'drained', 'orphan');
  await host.spawn(session('orphan', file));
  await noted(log, 'ready');
  server.kill('SIGKILL');
  expect((await drained).exit).toMatchObject({ code: 75 });
});
