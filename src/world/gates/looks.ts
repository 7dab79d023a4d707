import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Ended, runProgram } from '#world/processes/program';

/** What gates look at outside of the books. */
export type Looks = {
  /** Whether a file is there; a relative path is one of `dir`. */
  readonly fileExists: (dir: string, path: string) => boolean;
  /** A variable of the worker's environment. */
  readonly env: (name: string) => string | undefined;
  /** Runs a command by `sh -c` in `dir`. */
  readonly command: (input: { readonly dir: string; readonly command: string }, signal: AbortSignal) => Promise<Ended>;
  /** Asks GitHub's command line, which is found on PATH, about the repository that `dir` lies in. No shell reads the words. */
  readonly gh: (words: readonly string[], dir: string, signal: AbortSignal) => Promise<Ended>;
};

const COMMAND_MS = 60_000;
const GH_MS = 30_000;

/** @param worker is written into the environment as GT_WORKER, by which a later worker ends what this one left running */
export function makeLooks({ env, worker }: { env: NodeJS.ProcessEnv; worker: string }): Looks {
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !/^(GIT_(?!SSH)|GT_|BD_)/.test(name)));
  const own = { ...clean, GT_WORKER: worker };
  return {
    fileExists: (dir, path) => existsSync(resolve(dir, path)),
    env: (name) => env[name],
    command: ({ dir, command }, signal) =>
      runProgram({ argv: ['sh', '-c', command], cwd: dir, env: own, timeoutMs: COMMAND_MS, signal }),
    gh: (words, dir, signal) => {
      const quiet = { GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1', NO_COLOR: '1', GIT_TERMINAL_PROMPT: '0' };
      return runProgram({ argv: ['gh', ...words], cwd: dir, env: { ...own, ...quiet }, timeoutMs: GH_MS, signal });
    },
  };
}
