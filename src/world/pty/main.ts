/**
 * The PTY host's process: `node main.js --socket PATH --token-file FILE --state DIR [--build VERSION] [--pid-file FILE]`.
 * It is ready when it answers at the socket. It ends by a `stop` request, by a `hand-over` to its successor (which gets `--take-over FILE` as well, and
 * whose process it names in the pid file); by TERM or INT only while no session runs, for its end is theirs.
 * Exit codes: 0 ended as asked, 1 could not start, 2 usage. What goes wrong is a line on stderr.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '#world/clock';
import { ensureToken, makeDirectory } from './access.ts';
import { Answers } from './answers.ts';
import { openDialogs } from './dialog/open.ts';
import { Exits } from './exits.ts';
import { Fence } from './fence.ts';
import { openNudges } from './nudge/open.ts';
import { serve } from './server.ts';
import { Sessions } from './sessions.ts';
import { resume, takeOver } from './take-over.ts';

/** How long a host that ends waits for its last answers to be read, ms. */
const LEAVE_MS = 2_000;

function warn(line: string): void {
  process.stderr.write(`pty host: ${line}\n`);
}

function fail(line: string, code: number): never {
  warn(line);
  process.exit(code);
}

function readArgs() {
  const text = { type: 'string' } as const;
  const options = { socket: text, 'token-file': text, state: text, build: text, 'pid-file': text, 'take-over': text };
  try {
    const { values } = parseArgs({ options });
    const { socket, 'token-file': tokenFile, state, build = 'unknown', 'pid-file': pidFile, 'take-over': handed } = values;
    if (socket && tokenFile && state) return { socket, tokenFile, state, build, pidFile, handed };
  } catch {}
  return fail('usage: --socket PATH --token-file FILE --state DIR [--build VERSION] [--pid-file FILE]', 2);
}

/** A host that carries a session's or a worker's token would be ended together with that, and all agents with it. */
function checkEnvironment(): void {
  for (const name of ['GT_SESSION', 'GT_WORKER'])
    if (process.env[name] !== undefined)
      fail(`started with ${name} in its environment: start it without, or it is killed with what that names`, 2);
}

async function run(): Promise<void> {
  checkEnvironment();
  const { socket, tokenFile, state, build, pidFile, handed } = readArgs();
  makeDirectory(dirname(socket));
  makeDirectory(state);
  const { now } = systemClock;
  const token = ensureToken(tokenFile);
  const stateFile = join(state, 'handed-over');
  const taken = handed === undefined ? undefined : takeOver(handed);
  if (!taken) rmSync(stateFile, { force: true }); // of a hand-over that both hosts died of
  const sessions = new Sessions(
    { exits: new Exits(join(state, 'sessions')), now, warn, secrets: [token] },
    taken && { sessions: taken.handed.sessions, masters: taken.masters },
  );
  const nudges = openNudges(sessions, { dir: join(state, 'nudges'), now, warn });
  const dialogs = openDialogs(sessions, { now, warn });
  const answers = new Answers(now);
  const fence = new Fence(join(state, 'epoch'));
  let begin: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const door = await serve({
    path: socket,
    token,
    build,
    sessions,
    nudges,
    dialogs,
    fence,
    now,
    warn,
    answers,
    handOver: { stateFile, pidFile },
    ...(taken && { held }),
    onOver: () => void leave(),
  });
  const leave = async () => {
    // a client that does not read must not hold the host back
    setTimeout(() => process.exit(0), LEAVE_MS);
    await Promise.all([door.close(), sessions.recorded()]);
    process.exit(0);
  };
  if (taken) {
    await taken.wait();
    fence.recall();
    const info = () => ({ pid: process.pid, startedAt: now(), build, epoch: fence.highest, sessions: sessions.size });
    resume(taken.handed, { sessions, answers, info });
    begin();
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (sessions.running === 0) void leave();
      else warn(`${signal} ignored while ${sessions.running} sessions run: a \`stop\` request ends them and the host`);
    });
}

// a fault in one session must not end all others
process.on('uncaughtException', (fault) => warn(`fault: ${fault.stack ?? fault}`));
process.on('unhandledRejection', (fault) => warn(`fault: ${fault instanceof Error ? fault.stack : fault}`));
process.stderr.on('error', () => undefined);
// a handler, for an ignored signal would be inherited by agents
process.on('SIGHUP', () => undefined);
run().catch((fault) => fail(fault instanceof Error ? fault.message : String(fault), 1));
