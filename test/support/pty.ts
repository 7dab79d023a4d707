/** Real hosts and sessions for tests. Everything started here carries a token of the test file's own. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killTree, survivors } from '#world/processes/kill';
import { liveIn } from '#world/processes/pid-file';
import { signal } from '#world/processes/process';
import { bornOf, isAlive } from '#world/processes/scan';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import type { Host, HostEvent, SessionInfo, SpawnRequest } from '#world/pty/host';
import { until } from './until.ts';

const HOST_MAIN = fileURLToPath(new URL('../../dist/src/world/pty/main.js', import.meta.url));

/** A directory for one test file, and what the values of all its tokens begin with. `clear` throws if a process of the file is left, after ending it. */
export type Ground = {
  readonly dir: string;
  readonly mark: string;
  readonly hosts: Set<ChildProcess>;
  readonly clear: () => Promise<void>;
};

export function makeGround(): Ground {
  const dir = mkdtempSync(join(tmpdir(), 'gt-pty-'));
  const mark = `ptytest${randomBytes(6).toString('hex')}.`;
  const hosts = new Set<ChildProcess>();
  const clear = async () => {
    // of tests that failed
    for (const child of hosts) child.kill('SIGKILL');
    for (const name of readdirSync(dir)) {
      const being = liveIn(join(dir, name, 'pid'));
      if (being) signal(being, 'SIGKILL');
    }
    const tokens = [{ prefix: `GT_SESSION=${mark}` }, { prefix: `GT_WORKER=${mark}` }];
    const left = await survivors(tokens);
    await killTree({ tokens, graceMs: 0 });
    rmSync(dir, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`processes of this file are left: ${JSON.stringify(left)}`);
  };
  return { dir, mark, hosts, clear };
}

/** The environment of a session `name` of this file. */
export function envOf(ground: Ground, name: string): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', GT_SESSION: `${ground.mark}${name}` };
}

/** This process' environment without gt's tokens: these tests may run within an agent's session. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const { GT_SESSION: _session, GT_WORKER: _worker, ...env } = process.env;
  return env;
}

/** A session that runs a line of shell. */
export function shell(ground: Ground, id: string, line: string): SpawnRequest {
  return { id, argv: ['sh', '-c', line], cwd: ground.dir, env: envOf(ground, id) };
}

/** A host process. */
export type RunningHost = {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly path: string;
  readonly tokenFile: string;
  /** The command line of such a host, also of a successor. */
  readonly programOf: (build: string) => string[];
  readonly stderr: () => string;
  /** Connects as a worker of this epoch, or as a person. */
  readonly connect: (epoch?: number) => Promise<Host>;
  /** Ends it as a crash would, and waits for its end. */
  readonly crash: () => Promise<void>;
  /** Kills its sessions without grace, and waits for its end. */
  readonly stop: () => Promise<void>;
};

/** Starts a host below `ground.dir`; one of the same `name` finds what the earlier one left. */
export async function startHost(ground: Ground, name: string): Promise<RunningHost> {
  if (!existsSync(HOST_MAIN)) throw new Error('Build first: node scripts/build.mjs');
  const path = join(ground.dir, name, 'host');
  const tokenFile = join(ground.dir, name, 'token');
  const programOf = (build: string) => [
    process.execPath,
    HOST_MAIN,
    ...['--socket', path, '--token-file', tokenFile, '--state', join(ground.dir, name, 'state')],
    ...['--pid-file', join(ground.dir, name, 'pid'), '--build', build],
  ];
  const [node = '', ...args] = programOf('test');
  const child = spawn(node, args, { env: cleanEnv(), stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  ground.hosts.add(child);
  const ended = once(child, 'exit').finally(() => ground.hosts.delete(child));
  await until(`host ${name} answers`, () => existsSync(tokenFile) || child.exitCode !== null);
  const connect = (epoch?: number) =>
    connectHost({ path, token: readToken(tokenFile), build: 'test', waitMs: 20_000, ...(epoch !== undefined && { epoch }) });
  (await connect()).close();
  return {
    pid: child.pid ?? 0,
    child,
    path,
    tokenFile,
    programOf,
    stderr: () => stderr,
    connect,
    crash: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      const host = await connect();
      const { pid } = await host.info();
      const born = bornOf(pid) ?? '';
      await host.stop({ graceMs: 0 });
      await ended;
      await until('the host has ended', () => !isAlive(pid, born)); // a successor is not our child
    },
  };
}

/** The session's first event of this type after the call. */
export function nextEvent(host: Host, type: HostEvent['type'], id: string): Promise<SessionInfo> {
  return new Promise((resolve) => {
    const stop = host.onEvent((event) => {
      if (event.type !== type || event.session.id !== id) return;
      stop();
      resolve(event.session);
    });
  });
}

/** Starts a session and waits until all of its output was seen. */
export async function runToEnd(host: Host, request: SpawnRequest): Promise<SessionInfo> {
  const drained = nextEvent(host, 'drained', request.id);
  await host.spawn(request);
  return drained;
}

/** Waits until the session has printed a text. */
export function printed(host: Host, id: string, text: string): Promise<string> {
  return until(`${id} prints ${text}`, async () => {
    const output = (await host.output(id))?.bytes.toString();
    return output?.includes(text) && output;
  });
}
