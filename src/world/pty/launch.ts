/** What is checked before a fork, and what is forked: the agent below a small shell that keeps its exit code on disk. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';
import type { End, ForkRequest } from './binding.ts';
import type { SpawnRequest } from './host.ts';
import { HostRefused } from './host.ts';

/** Screen of a session for which none was asked, in characters. */
export const SCREEN = { cols: 120, rows: 40 };

/**
 * The agent's parent and the session's leader. INT, QUIT and TERM reach the agent, whose end it waits for (`trap :`, for an ignored signal would be
 * inherited). HUP it must not outlive: the kernel tells only the leader of a hang-up, and the leader's death is what passes it on to the agent.
 */
const KEEPER = 'trap : INT QUIT TERM; "$@"; r=$?; echo $r >"$0.new"; command -p mv "$0.new" "$0"; exit $r';

/** What a shell adds to the number of the signal that ended its child; signals end at 64. */
const SIGNAL_BASE = 128;
const SIGNAL_LAST = 64;

/** Whether a path is a file that may be run. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The file that `name` means for a child with this PATH and directory. Absolute, so that the shell does not take it for a word of its own. */
function findProgram(name: string, path: string, cwd: string): string {
  const places = name.includes('/') ? [resolve(cwd, name)] : path.split(delimiter).map((folder) => resolve(cwd, folder, name));
  const found = places.find(isProgram);
  if (found) return found;
  throw new HostRefused(
    'BINARY_MISSING',
    `There is no program \`${name}\`${name.includes('/') ? '' : ` on the session's PATH (${path || 'empty'})`}.`,
  );
}

function checkCwd(cwd: string): void {
  try {
    if (!isAbsolute(cwd)) throw new Error();
    accessSync(cwd, constants.X_OK);
    if (!statSync(cwd).isDirectory()) throw new Error();
  } catch {
    // the child would end with 1 and without a word
    throw new HostRefused(
      'CWD_MISSING',
      `The session's directory ${cwd} is not there (it must be an absolute path that can be entered).`,
    );
  }
}

/** What to fork for a session; its exit code will be in `codeFile`. Throws CWD_MISSING and BINARY_MISSING with the name. */
export function launch(request: SpawnRequest, codeFile: string): ForkRequest {
  const { argv, cwd, env } = request;
  checkCwd(cwd);
  const [name = '', ...args] = argv;
  const program = findProgram(name, env['PATH'] ?? '', cwd);
  const { cols, rows } = { ...SCREEN, ...request };
  const named = { TERM: 'xterm-256color', ...env, PWD: cwd };
  return { file: '/bin/sh', args: ['-c', KEEPER, codeFile, program, ...args], env: named, cwd, cols, rows };
}

/** An end as the keeper's code tells it. A program that itself ends with 128 + n cannot be told from one that died by signal n. */
export function endOfCode(code: number): End {
  const signal = code - SIGNAL_BASE;
  return signal >= 1 && signal <= SIGNAL_LAST ? { code: null, signal } : { code, signal: null };
}
