import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isRefusal } from '#core/refusals';
import { socketPath } from '#world/config/runtime';
import type { TrialTown } from '../../src/trials/trial-town.ts';

/** Starts a worker beside the one that the supervisor keeps, with the supervisor's own command line for it. @returns its pid */
export function startWorker(town: TrialTown, env: NodeJS.ProcessEnv = {}): number {
  const words = readFileSync(`/proc/${town.pid('supervisor')}/cmdline`, 'utf8').split('\0');
  const order = JSON.parse(words.find((word) => word.startsWith('{')) ?? '') as { worker: string[] };
  const socket = socketPath(town.root, 'worker');
  if (isRefusal(socket)) throw new Error('the town has no worker');
  const [program = '', ...rest] = order.worker.map((word) => (word === '{socket}' ? socket : word));
  const child = spawn(program, rest, {
    cwd: town.root,
    env: { ...town.env, GT_ROOT: town.root, ...env },
    stdio: 'ignore',
    detached: true,
  });
  child.unref();
  return child.pid ?? 0;
}
