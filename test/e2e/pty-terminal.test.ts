import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, expect, test } from 'vitest';
import type { End } from '#world/pty/binding';
import { Terminal } from '#world/pty/terminal';
import { envOf, makeGround } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
const dir = mkdtempSync(join(tmpdir(), 'gt-terminal-'));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await ground.clear();
});

type Run = {
  terminal: Terminal;
  order: string[];
  text: () => string;
  bytes: () => number;
  exited: Promise<End>;
  drained: Promise<void>;
};

function open(line: string, options: { stallMs?: number; markMs?: number; work?: () => void } = {}): Run {
  const chunks: Buffer[] = [];
  const order: string[] = [];
  let bytes = 0;
  let tell: { exited?: (end: End) => void; drained?: () => void } = {};
  const exited = new Promise<End>((resolve) => {
    tell = { ...tell, exited: resolve };
  });
  const drained = new Promise<void>((resolve) => {
    tell = { ...tell, drained: resolve };
  });
  const request = { file: '/bin/sh', args: ['-c', line], env: envOf(ground, 'terminal'), cwd: dir, cols: 80, rows: 24 };
  const terminal = Terminal.fork(
    request,
    {
      output: (chunk) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (order.at(-1) !== 'output') order.push('output');
        options.work?.();
      },
      exited: (end) => {
        order.push('exited');
        tell.exited?.(end);
      },
      drained: () => {
        order.push('drained');
        tell.drained?.();
      },
    },
    { stallMs: options.stallMs ?? 30_000, markMs: options.markMs ?? 30_000 },
  );
  return { terminal, order, text: () => Buffer.concat(chunks).toString(), bytes: () => bytes, exited, drained };
}

async function finish(run: Run): Promise<Run> {
  await run.drained;
  return run;
}

test('an exit code and a death by signal are told apart', async () => {
  expect(await open('exit 3').exited).toEqual({ code: 3, signal: null });
  expect(await open('kill -9 $$').exited).toEqual({ code: null, signal: 9 });
});

test('what others on the terminal say after the end of the agent is heard, and a flood of it is cut', async () => {
  const gate = join(dir, 'gate');
  const run = open(`mkfifo ${gate}; (trap '' HUP; printf talk; echo >${gate}; exec timeout 20 yes) & read line <${gate}`);
  run.terminal.pause(); // what was printed before the end is read after it
  await run.drained;
  expect(run.order.slice(-3)).toEqual(['exited', 'output', 'drained']);
  expect(run.text().startsWith('talk')).toBe(true);
  expect(run.bytes()).toBeLessThan(64 << 20);
});

test('a session ends also when a person has stopped its output', async () => {
  const run = open('printf READY; read line; printf never; exec sleep 600', { markMs: 50 });
  await until('the agent is ready', () => run.text().includes('READY'));
  await run.terminal.write(Buffer.from('\x13'));
  process.kill(run.terminal.pid, 'SIGKILL');
  await run.drained;
  expect(run.text()).toBe('READY');
});

test('five megabytes of input arrive whole at an agent that reads', async () => {
  const file = join(dir, 'input');
  const size = 5_000_000;
  const run = open(`stty raw -echo; printf READY; head -c ${size} >${file}`);
  await until('the reader is ready', () => run.text().includes('READY'));
  await run.terminal.write(Buffer.alloc(size, 'y'));
  await run.drained;
  expect(statSync(file).size).toBe(size);
  expect(readFileSync(file).every((byte) => byte === 0x79)).toBe(true);
});

test('an agent that does not read costs no core, is told busy at 8 MB, and stalled when it takes nothing', async () => {
  const run = open('stty raw -echo; printf READY; exec sleep 600', { stallMs: 2_000 });
  await until('the sleeper is ready', () => run.text().includes('READY'));
  const usage = process.cpuUsage();
  const began = performance.now();
  const stalled = run.terminal.write(Buffer.alloc(8 << 20)).catch((fault) => fault);
  await expect(run.terminal.write(Buffer.alloc(1))).rejects.toMatchObject({ code: 'PTY_BUSY' });
  expect(await stalled).toMatchObject({ code: 'PTY_STALLED' });
  const used = process.cpuUsage(usage);
  expect(run.terminal.refusals).toBeGreaterThan(3);
  expect(run.terminal.refusals).toBeLessThan(200); // 2 s with pauses up to 16 ms; a busy loop makes thousands
  expect((used.user + used.system) / 1000 / (performance.now() - began)).toBeLessThan(0.6);
  expect(run.terminal.queued).toBe(0);
  process.kill(run.terminal.pid, 'SIGKILL');
  await run.drained;
});

test('what is written after the end is refused, not lost in silence', async () => {
  const run = await finish(open('exit 0'));
  await expect(run.terminal.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'PTY_GONE' });
  expect(() => run.terminal.resize(80, 24)).toThrow(expect.objectContaining({ code: 'PTY_GONE' }));
});

test('what waits to be written when the agent ends is refused', async () => {
  const run = open('stty raw -echo; printf READY; exec sleep 600');
  await until('the sleeper is ready', () => run.text().includes('READY'));
  const waiting = run.terminal.write(Buffer.alloc(100_000)).catch((fault) => fault);
  process.kill(run.terminal.pid, 'SIGKILL');
  expect(await waiting).toMatchObject({ code: 'PTY_GONE' });
  await run.drained;
});

test('the agent hears of a new size of its screen', async () => {
  const run = open("trap 'stty size; exit 0' WINCH; stty size; read line");
  await until('the first size', () => run.text().includes('24 80'));
  run.terminal.resize(132, 43);
  // a signal right before `read` begins to wait is heard when that is over
  await run.terminal.write(Buffer.from('\n')).catch(() => undefined);
  await run.drained;
  expect(run.text()).toContain('43 132');
});
