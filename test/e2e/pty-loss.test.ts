import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { LossSize, OpenRun } from '../../src/trials/loss.ts';
import { FULL, lossProof, tellLoss } from '../../src/trials/loss.ts';
import { onHost } from '../../src/trials/loss-host.ts';
import { LONG } from '../support/runs.ts';

const SHORT: LossSize = { brief: 150, long: 30, paused: 10, crowd: 100 };
const TIME = { timeout: LONG ? 600_000 : 300_000 };

test(
  'no byte that an agent prints before it ends is lost, whatever the reader does meanwhile, and its end is told rightly',
  TIME,
  async () => {
    const report = await lossProof(onHost, LONG ? FULL : SHORT);
    process.stdout.write(`${tellLoss(report)}\n`);
    expect(report).toMatchObject({ lostBytes: 0, wrongEnds: 0 });
  },
);

type Public = {
  onData(listener: (text: string) => void): void;
  onExit(listener: (end: { exitCode: number; signal?: number }) => void): void;
  on(name: 'close', listener: () => void): void;
  pause(): void;
  resume(): void;
};

/** The same runs by the public API of the library that the host's binding belongs to. */
const onPublic: OpenRun = (line, onOutput) => {
  const { spawn } = createRequire(import.meta.url)('node-pty') as {
    spawn(file: string, args: string[], options: object): Public;
  };
  const terminal = spawn('/bin/sh', ['-c', line], { cwd: tmpdir(), env: { PATH: process.env['PATH'], LC_ALL: 'C' } });
  terminal.onData((text) => onOutput(text.length));
  const exited = new Promise<{ code: number | null; signal: number | null }>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => resolve(signal ? { code: null, signal } : { code: exitCode, signal: null }));
  });
  return { pause: () => terminal.pause(), resume: () => terminal.resume(), exited, drained: exited.then(() => undefined) };
};

test('the proof fails for a host that would use the public API of its library', TIME, async () => {
  const report = await lossProof(onPublic, { brief: 60, long: 20, paused: 5, crowd: 0 });
  expect(report.lostBytes).toBeGreaterThan(0);
});
