import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { access, mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve, sep } from 'node:path';
import type { Member } from '#core/ids';
import { OUTPUT_BYTES } from '#core/limits';
import { passed } from '#world/agents/environment';
import type { Clock } from '#world/clock';
import { isProgram } from '#world/processes/programs';
import { writeDurably } from './durable.ts';
import { Places } from './places.ts';
import { ABORTED, type Judged, type KillTree, runTree } from './tree.ts';

/** One attempt of a command: of a step, of what it asks before or after. */
type CommandInput = {
  /** Names this attempt for ever: `<step>.c<n>`. It is begun once. */
  readonly id: string;
  /** A text for `sh -c`, or a program and its arguments. */
  readonly command: string | readonly [string, ...string[]];
  readonly dir: string;
  /** What it is told beyond the person's own environment, which is that of agents. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

/** How an attempt ended; `stdout` when it is at most 64 kB. */
export type CommandEnd = Judged & { readonly tail: string; readonly log: string; readonly stdout?: string };

/** Commands of steps: what is run, and what is known of attempts after their worker has died. */
export type Commands = {
  /** A place to run commands, to be given back; undefined when none is free: the job is woken when it is its turn. */
  readonly place: (member: Member) => (() => void) | undefined;
  /** What is known of an attempt: its end, that it was begun, or nothing: then it never was. */
  readonly known: (id: string) => Promise<CommandEnd | 'begun' | undefined>;
  /** A script by its path in a folder: a program file that lies inside it. Else why it is none. */
  readonly scriptIn: (dir: string, path: string) => { readonly program: string } | { readonly why: string };
  /** Runs an attempt to its end with everything killed afterwards. @throws the signal's reason when it is aborted */
  readonly run: (input: CommandInput, signal: AbortSignal) => Promise<CommandEnd>;
};

export type CommandsGround = {
  readonly clock: Clock;
  readonly killTree: KillTree;
  readonly env: NodeJS.ProcessEnv;
  /** Absolute path of `gt`. */
  readonly bin: string;
  readonly townId: string;
  /** `<town id>.<epoch>`: by it the next worker finds what this one has left running. */
  readonly worker: string;
  /** Logs and ends lie here. */
  readonly folder: string;
  /** Makes jobs look again, those too that are on their way to be parked. */
  readonly mark: (members: readonly Member[]) => void;
  /** Throws in a worker that was overtaken: the step is its successor's, and so is what is written of its end. */
  readonly fence?: () => Promise<void>;
  /** Commands at once; by default as many as the machine has processors, and two at least. */
  readonly limit?: number;
};

export function makeCommands(ground: CommandsGround): Commands {
  const { clock, folder, worker, bin, townId } = ground;
  const places = new Places(ground.limit ?? Math.max(2, availableParallelism()), clock.now, ground.mark);
  const env = (extra: Readonly<Record<string, string>>) => ({
    ...passed({ env: ground.env, bin }),
    TERM: 'dumb',
    GIT_TERMINAL_PROMPT: '0',
    ...extra,
    GT_BIN: bin,
    GT_WORKER: worker,
  });
  const file = (id: string, end: string) => join(folder, `${fileName(id)}.${end}`);
  return {
    place: (member) => places.take(member),
    scriptIn,
    known: async (id) => (await readEnd(file(id, 'json'))) ?? ((await isThere(file(id, 'log'))) ? 'begun' : undefined),
    run: async ({ id, command, dir, env: extra, timeoutMs }, signal) => {
      signal.throwIfAborted();
      await mkdir(folder, { recursive: true });
      const log = file(id, 'log');
      await ground.fence?.();
      // There before the command is: who finds no log knows that it was never begun.
      await writeDurably(log, '');
      const token = `${townId}.${id}`;
      const ran = await runTree(ground.killTree, {
        argv: typeof command === 'string' ? ['sh', '-c', command] : command,
        cwd: dir,
        env: { ...env(extra), GT_RUN_ID: token },
        token: `GT_RUN_ID=${token}`,
        timeoutMs,
        logFile: log,
        stdoutBytes: OUTPUT_BYTES,
        signal,
      }).catch((fault: Error) => ({ judged: { state: 'error' as const, why: fault.message }, tail: '', left: 0 }));
      const end: CommandEnd = { ...ran.judged, tail: ran.tail, log, ...('stdout' in ran ? { stdout: ran.stdout } : {}) };
      if (ran.judged.why === ABORTED) throw signal.reason;
      await ground.fence?.();
      await writeDurably(file(id, 'json'), `${JSON.stringify(end)}\n`);
      return end;
    },
  };
}

/** Ids of steps grow with the depth of loops, names of files do not. */
const fileName = (id: string): string =>
  id.length <= 150 ? id : `${id.slice(0, 100)}-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;

function scriptIn(dir: string, path: string): { program: string } | { why: string } {
  const program = resolve(dir, path);
  if (!existsSync(program)) return { why: `there is no \`${path}\` in ${dir}` };
  if (!`${realpathSync(program)}${sep}`.startsWith(`${realpathSync(dir)}${sep}`))
    return { why: `\`${path}\` lies outside ${dir}` };
  return isProgram(program) ? { program } : { why: `\`${path}\` is no program: chmod +x makes it one` };
}

async function readEnd(file: string): Promise<CommandEnd | undefined> {
  const text = await readFile(file, 'utf8').catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'ENOENT') throw fault;
    return undefined;
  });
  return text === undefined ? undefined : (JSON.parse(text) as CommandEnd);
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
