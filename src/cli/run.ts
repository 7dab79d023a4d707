import { explain, isRefusal, type Refusal, Refused, refuse } from '#core/refusals';
import { palette, wantsColour } from './colour.ts';
import { type Call, type Command, type Group, type Io, isGroup, type Show } from './command.ts';
import { TOPICS, type Topic } from './verbs.ts';
import { cleanWords } from './wire-clean.ts';
import { find } from './words.ts';

const EXIT_FAULT = 70;
const EXIT_INTERRUPTED = 130;

/** How a program says what it has to say. The defaults are those of gt. */
export type Face = {
  /** What it is called in its own help. */
  readonly program: string;
  /** A value as one JSON document. */
  readonly document: (value: unknown, io: Io) => string;
  /** Prints a refusal. @returns the exit code */
  readonly refused: (refusal: Refusal, json: boolean, io: Io) => number;
};

const GT: Face = { program: 'gt', document: (value) => JSON.stringify(value, null, 2), refused: printRefusal };

/**
 * One call of gt, from its words (without node and the script) to its exit code: finds the command, reads its words, runs it, prints its value, its
 * refusal or its fault. Throws nothing. `topics` are the verbs; a test may bring its own. `gt bd …` is `bd …`.
 */
export async function run(argv: readonly string[], io: Io, topics: readonly Topic[] = TOPICS, face = GT): Promise<number> {
  if (face === GT && argv[0] === 'bd') return (await import('./bd/run.ts')).runBd(argv.slice(1), io);
  const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json');
  try {
    const outcome = await answer(argv, io, topics, face);
    return isRefusal(outcome) ? face.refused(outcome, json, io) : outcome;
  } catch (fault) {
    if (io.interrupted.aborted) return EXIT_INTERRUPTED;
    const refusal = refusalIn(fault);
    return refusal ? face.refused(refusal, json, io) : printFault(fault, json, io);
  }
}

async function answer(argv: readonly string[], io: Io, topics: readonly Topic[], face: Face): Promise<number | Refusal> {
  const root: Group = { verbs: Object.assign({}, ...topics.map(({ verbs }) => verbs)) };
  const found = await find(root, argv, face.program);
  if (isRefusal(found)) return found;
  const colour = (off: boolean) => palette(wantsColour({ env: io.env, terminal: io.outIsTerminal, off }));
  if (found.kind === 'group') {
    const paint = colour(argv.includes('--no-color'));
    const { groupHelp, townHelp } = await import('./help.ts');
    io.out(
      `${found.path.length === 1 ? townHelp(face.program, topics, paint) : groupHelp(found.path, found.verb, found.group, paint)}\n`,
    );
    return 0;
  }
  const { path, verb, command, hot, rest } = found;
  const { parse } = hot ? await import('./parse-lean.ts') : await import('./parse.ts');
  const parsed = parse(command, path, rest);
  if (isRefusal(parsed)) return parsed;
  const { args, opts, global } = await cleanWords(parsed, command.options, io.env);
  if (global.help) {
    const { commandHelp } = await import('./help.ts');
    io.out(`${commandHelp(path, verb, command, colour(!global.colour))}\n`);
    return 0;
  }
  const say = (line: string) => (global.quiet ? undefined : io.err(`${line}\n`));
  const value = await command.run({ args, opts, global, io, say } as Call);
  if (isRefusal(value)) return value;
  const text = printed(command, value, global.json && ((one) => face.document(one, io)), () => ({
    paint: colour(!global.colour),
    now: io.now(),
    width: io.outIsTerminal ? io.width : Number.POSITIVE_INFINITY,
    quiet: global.quiet,
  }));
  if (text) io.out(`${text}\n`);
  return io.interrupted.aborted ? EXIT_INTERRUPTED : (command.exit?.(value) ?? 0);
}

function printed(command: Command, value: unknown, document: false | ((value: unknown) => string), show: () => Show): string {
  if (value === undefined) return '';
  if (document) return document(value);
  return command.text ? command.text(value, show()) : JSON.stringify(value, null, 2);
}

/** A refusal that came as an exception: thrown where code can only throw, or a Redis that is gone, which a person sees as a town that is down. */
function refusalIn(fault: unknown): Refusal | undefined {
  if (fault instanceof Refused) return fault.refusal;
  // Known by its name: the class lives in the world, which this floor does not load.
  if (fault instanceof Error && fault.name === 'RedisGone' && 'where' in fault)
    return refuse('REDIS_DOWN', { where: String(fault.where) });
  return undefined;
}

/** Two lines for people, what is wrong and what to do; with --json one document. Both on stderr: stdout has values alone. */
function printRefusal(refusal: Refusal, json: boolean, io: Io): number {
  const { code, says, try: todo, exit } = explain(refusal);
  io.err(json ? `${JSON.stringify({ refused: code, says, try: todo, exit }, null, 2)}\n` : `${says}\n${todo}\n`);
  return exit;
}

function printFault(fault: unknown, json: boolean, io: Io): number {
  const message = fault instanceof Error ? fault.message : String(fault);
  const hint = 'This is a bug or a broken system; GT_DEBUG=1 shows the trace.';
  const trace = io.env['GT_DEBUG'] && fault instanceof Error ? `${traceOf(fault)}\n` : '';
  if (json) io.err(`${JSON.stringify({ fault: message, try: hint, exit: EXIT_FAULT }, null, 2)}\n${trace}`);
  else io.err(`gt: ${message.split('\n')[0]}\n${trace || `${hint}\n`}`);
  return EXIT_FAULT;
}

/** A fault's trace with those of its causes. */
function traceOf(fault: Error): string {
  const own = fault.stack ?? fault.message;
  return fault.cause instanceof Error ? `${own}\ncaused by: ${traceOf(fault.cause)}` : own;
}

/** Every command below a group with the words that lead to it, for tests and completions. Loads them all. */
export async function everyCommand(
  group: Group,
  path: readonly string[] = [],
): Promise<Array<{ path: readonly string[]; command: Command }>> {
  const commands: Array<{ path: readonly string[]; command: Command }> = [];
  for (const [name, verb] of Object.entries(group.verbs)) {
    const loaded = await verb.load();
    const here = [...path, name];
    if (isGroup(loaded)) commands.push(...(await everyCommand(loaded, here)));
    else commands.push({ path: here, command: loaded });
  }
  return commands;
}
