import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { systemClock } from '#world/clock';
import { playedBy, readCommand } from './command.ts';
import { StandIn } from './engine.ts';
import { isSpared, type Site, transcriptOf, writeTranscript } from './files.ts';
import { answerOnce, isHeadless } from './headless.ts';
import { runHooks } from './hooks.ts';
import { mindOf } from './mind.ts';
import { notebook } from './notebook.ts';
import type { Note } from './notes.ts';
import type { Conversation, Ending, Ports, Running } from './ports.ts';
import type { Scenario, Tool } from './scenario.ts';
import { realTicker } from './ticker.ts';
import { readWords } from './words.ts';

/** Set for the child of a launcher. */
const CHILD = 'GT_STAND_IN_CHILD';
const SIGNALS: Readonly<Record<string, number>> = { SIGTERM: 15, SIGHUP: 1 };

/** Plays the program on this process' own terminal, until it ends. */
export async function playProgram(given: readonly string[]): Promise<void> {
  const { like, scenario, look: drawn, words: all } = readCommand(given);
  const note = notebook(scenario.log, systemClock.now, { pid: process.pid });
  if (scenario.ends.launcher && process.env[CHILD] === undefined) return launch(scenario.ends.launcher, given);
  const { preset, look } = playedBy(like, drawn);
  const { [CHILD]: _child, ...env } = process.env;
  const words = readWords(preset, all);
  const site: Site = { preset, look, words, cwd: process.cwd(), env };
  if (isHeadless(preset, all)) {
    process.exitCode = answerOnce(site, scenario, words, note);
    return;
  }
  if (scenario.ends.daemon) startDaemon(site, note);
  const { stdin, stdout } = process;
  const size = { cols: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
  const ports = { ...portsOf(site, note), ...(scenario.model ? { think: mindOf(site) } : {}) };
  const standIn = new StandIn({ preset, look, scenario, words, cwd: site.cwd, size, ports });
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', (bytes: Buffer) => standIn.bytes(bytes));
  stdin.on('end', () => process.exit(0));
  stdin.on('error', () => undefined); // of a terminal that was hung up: the signal says so
  stdout.on('error', () => undefined);
  stdout.on('resize', () => standIn.resize(stdout.columns, stdout.rows));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void standIn.signal(signal));
  await standIn.start();
}

function portsOf(site: Site, note: (note: Note) => void): Ports {
  return {
    write: (text) => process.stdout.write(text),
    ticker: realTicker(systemClock.now),
    note,
    ends: die,
    hook: (moment, extras, conversation) => runHooks(site, moment, extras, conversation),
    transcript: (moment, values, conversation) =>
      writeTranscript(site, moment, { message: randomUUID(), ...values }, conversation),
    knows: (id) => existsSync(transcriptOf(site, id) ?? ''),
    spared: (dialog) => isSpared(site, dialog),
    run: (tool, conversation) => runTool(site, tool, conversation),
    newId: () => randomUUID(),
  };
}

/** A tool in a session of its own, with our environment: only that tells whose it is. */
function runTool({ preset, cwd, env }: Site, tool: Tool, conversation: Conversation): Running {
  const { variable } = preset.session;
  const own = { ...env, ...(variable === undefined ? {} : { [variable]: conversation.id }) };
  const child = spawn('/bin/sh', ['-c', tool.run ?? ':'], { cwd, env: own, detached: true, stdio: 'ignore' });
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? 128));
  });
  const kill = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  };
  return { pid: child.pid, ended, kill };
}

function startDaemon({ env, cwd }: Site, note: (note: Note) => void): void {
  const child = spawn('/bin/sleep', ['86400'], { cwd, env, detached: true, stdio: 'ignore' });
  child.unref();
  if (child.pid !== undefined) note({ kind: 'tool', name: 'daemon', pid: child.pid });
}

/** Ends this process as said: a code, or a signal that nothing holds off. */
function die(how: Ending): void {
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  if ('code' in how) process.exit(how.code);
  for (const signal of Object.keys(SIGNALS)) process.removeAllListeners(signal);
  process.kill(process.pid, how.signal);
}

/** A parent that starts the program again as its child, and ends as that does. */
function launch(kind: NonNullable<Scenario['ends']['launcher']>, given: readonly string[]): Promise<void> {
  const main = process.argv[1] ?? '';
  const child = spawn(process.execPath, [main, 'stand-in', ...given], {
    stdio: 'inherit',
    env: { ...process.env, [CHILD]: '1' },
  });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (kind === 'passes') child.kill(signal);
    });
  return new Promise(() => {
    child.on('exit', (code, signal) => die(signal === null ? { code: code ?? 1 } : { signal: SIGNALS[signal] ?? 9 }));
  });
}
