import { tmpdir } from 'node:os';
import { Terminal } from '#world/pty/terminal';
import { type Ending, FULL, lossProof, type OpenRun, tellLoss } from './loss.ts';

/** The host's own terminals, for the proof that nothing is lost at the end of a run. */
export const onHost: OpenRun = (line, onOutput) => {
  let exit: (end: Ending) => void = () => undefined;
  let drain: () => void = () => undefined;
  const exited = new Promise<Ending>((resolve) => {
    exit = resolve;
  });
  const drained = new Promise<void>((resolve) => {
    drain = resolve;
  });
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
  const request = { file: '/bin/sh', args: ['-c', line], env, cwd: tmpdir(), cols: 80, rows: 24 };
  const listener = { output: (bytes: Buffer) => onOutput(bytes.length), exited: exit, drained: drain };
  const terminal = Terminal.fork(request, listener);
  return { pause: () => terminal.pause(), resume: () => terminal.resume(), exited, drained };
};

/** Runs the proof in full. @returns whether nothing was lost */
export async function benchLoss(say: (line: string) => void): Promise<boolean> {
  const report = await lossProof(onHost, FULL);
  say(tellLoss(report));
  return report.lostBytes === 0 && report.wrongEnds === 0;
}
