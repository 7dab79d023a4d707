import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { BORN_BY_PS } from './born-by-ps.ts';

/**
 * Writes the pid file (pid and birth, as in `process.ts`), then becomes the program. So the file is there before the program has done anything: a process
 * without its pid file could not be found again after its supervisor died.
 */
const WRITE_PID_THEN_EXEC = `
file=$1; shift
if [ -r /proc/$$/stat ]; then read -r stat < /proc/$$/stat; born=$(set -- \${stat##*) }; echo "\${20}")
else born=${BORN_BY_PS}; fi
printf '{"pid":%s,"born":"%s"}' $$ "$born" > "$file.$$.new" && mv "$file.$$.new" "$file" || exit 1
exec "$@"`;

export type Detached = {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes standard output and standard error. */
  readonly log: string;
  /** Where the process is named before it starts, if it is to be found again. */
  readonly pidFile?: string;
};

/** Starts a process in a session of its own: it outlives its parent and hears no signal of the parent's terminal. */
export function spawnDetached({ argv, cwd, env, log, pidFile }: Detached): ChildProcess {
  mkdirSync(dirname(log), { recursive: true });
  const [program = '', ...words] = pidFile === undefined ? argv : ['/bin/sh', '-c', WRITE_PID_THEN_EXEC, 'gt', pidFile, ...argv];
  const output = openSync(log, 'a');
  try {
    return spawn(program, words, { cwd, env: { ...env }, detached: true, stdio: ['ignore', output, output] });
  } finally {
    closeSync(output);
  }
}

const LONGEST_LOG = 10 * 1024 * 1024;

/** Moves the text of a log over 10 MB to `<log>.1`. The file itself stays, since its process goes on appending to it. */
export function trimLog(log: string): void {
  const stat = statSync(log, { throwIfNoEntry: false });
  if (!stat || stat.size <= LONGEST_LOG) return;
  copyFileSync(log, `${log}.1`);
  truncateSync(log);
}

const TAIL_BYTES = 4096;

/** The last lines of a log that say anything, at most `count` and at most 4 kB. */
export function lastLines(log: string, count: number): string[] {
  const stat = statSync(log, { throwIfNoEntry: false });
  if (!stat) return [];
  const bytes = Buffer.alloc(Math.min(stat.size, TAIL_BYTES));
  const file = openSync(log, 'r');
  try {
    const read = readSync(file, bytes, 0, bytes.length, stat.size - bytes.length);
    const lines = bytes.toString('utf8', 0, read).split('\n');
    return lines.filter((line) => line.trim() !== '').slice(-count);
  } finally {
    closeSync(file);
  }
}

/** What only an agent's process has, or a git process around us: nothing of it may reach the town's own processes. */
const AGENT_ONLY = new Set(
  `GT_SESSION GT_WORKER GT_ROLE GT_RIG GT_POLECAT GT_CREW GT_AGENT GT_WORK_ITEM GT_ATTEMPT GT_REWORK GT_EVIDENCE GT_RUN_ID GT_SLOT PORT_BASE GT_BIN
  GTR_AGENT GTR_ROLE GTR_RIG GTR_WORK_ITEM BD_ACTOR BEADS_DIR BEADS_AGENT_NAME BEADS_NO_DAEMON`.split(/\s+/),
);

/** The environment of the town's own processes, made of the caller's: `gt up` may be called by an agent, or by a hook of git. */
export function townEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const agent = env['GT_SESSION'] !== undefined;
  const kept = Object.entries(env).filter(
    ([key]) =>
      !AGENT_ONLY.has(key) &&
      !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT_DIRECTORY|COMMON_DIR)$/.test(key) &&
      !(agent && /^GIT_AUTHOR_/.test(key)),
  );
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
