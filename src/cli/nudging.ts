import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDuration } from '#core/durations';
import { lineOf } from '#core/holder';
import { NUDGE_LONGEST_MS, TEXT_BYTES } from '#core/limits';
import type { Delivery } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { type Nudged, nudge as nudged } from '#ops/nudge';
import { type NudgeLine, nudgeShow } from '#views/nudges';
import { agentMeant } from './agent-run.ts';
import { type Call, type Command, command } from './command.ts';
import { readPiped } from './stdin.ts';
import { isUp, type OpenTown, withDesk } from './wire.ts';

type Mode = Delivery['mode'];
const MODES: readonly Mode[] = ['wait-idle', 'queue', 'immediate'];

/** What was written down, and with --wait what became of it. */
type Told = Nudged & { readonly running: boolean; readonly outcome: NudgeLine | null };

const EXIT_NOT_TAKEN = 1;
const EXIT_LATE = 6;
/** After its expiry a nudge has an outcome within this, if a worker serves the town. */
const GRACE_MS = 10_000;

/** A command that says something to an agent; `mode` is what holds unless --mode says otherwise. */
export function nudging(mode: Mode, verb: string): Command {
  return command({
    args: [
      { name: 'agent', required: true, help: 'an agent (mayor, rig/name, or a name), or the work item that it has' },
      { name: 'text', many: true, help: 'what is to be said; - reads it from stdin' },
    ],
    options: [
      { name: 'mode', value: 'mode', help: `when (default ${mode})`, choices: MODES },
      { name: 'file', short: 'F', value: 'path', help: 'a file with the text' },
      { name: 'key', value: 'key', help: 'takes the place of an older one with this key that still waits' },
      { name: 'expires', value: 'time', help: 'how long it may wait: 10m, 2h (default 1h)' },
      { name: 'wait', help: 'wait until it was taken, or is known not to be' },
    ],
    about:
      'wait-idle: when its turn is over. queue: also while it works, where its program takes that. immediate: at once, before all that waits. ' +
      'Agents with hooks get it through them. Control characters are taken out, and what looks like a command gets [nudge] before it.',
    example: `gt ${verb} shop/toast "the API has changed: look at docs/api.md"`,
    run: async (call) => {
      const { args, opts, global, io } = call;
      const expiresIn = opts.expires === undefined ? undefined : parseDuration(opts.expires);
      if (opts.expires !== undefined && (!expiresIn || expiresIn > NUDGE_LONGEST_MS))
        return refuse('USAGE', {
          what: `--expires cannot be \`${opts.expires}\`.`,
          hint: 'Take a duration such as 10m, at most 24h.',
        });
      const text = await textOf(args.text, opts.file, io);
      if (isRefusal(text)) return text;
      return withDesk({ global, io }, { wait: 'person' }, async (town): Promise<Told | Refusal> => {
        const work = await lineMeant(args.agent, town);
        if (isRefusal(work)) return work;
        const key = opts.key === undefined ? {} : { key: opts.key };
        const wish = { to: args.agent, work, text, mode: (opts.mode as Mode | undefined) ?? mode };
        const made = await nudged(town.desk, { ...wish, ...key, ...(expiresIn && { expiresIn }) });
        if (isRefusal(made)) return made;
        return { ...made, running: isUp(town), outcome: opts.wait ? await outcomeOf(made, town, call) : null };
      });
    },
    text: (value: Told, { paint, quiet }) => {
      const { id, to, removed, prefixed, running, outcome } = value;
      if (quiet) return id;
      const done = outcome ? outcomeText(outcome) : 'on its way';
      const lines = [`${paint.bold(id)} to ${to}: ${outcome && outcome.state !== 'taken' ? paint.red(done) : done}`];
      if (removed > 0) lines.push(`${removed} control ${removed === 1 ? 'character was' : 'characters were'} taken out.`);
      if (prefixed) lines.push('[nudge] stands before it, so that no program takes it for a command.');
      if (!running) lines.push(paint.yellow('The town is not running: nothing is said before `gt up`.'));
      return lines.join('\n');
    },
    exit: ({ outcome }: Told) => {
      if (!outcome || outcome.state === 'taken') return 0;
      return ['expired', 'pending', 'claimed'].includes(outcome.state) ? EXIT_LATE : EXIT_NOT_TAKEN;
    },
  });
}

/** Whose line it is put in: an item that has no run yet is spoken to as well. */
async function lineMeant(agent: string, town: OpenTown): Promise<string | Refusal> {
  const holder = await agentMeant(town, agent);
  if (!isRefusal(holder)) return lineOf(holder);
  const work = await town.desk.books.read('work', agent);
  return work ? work.id : holder;
}

const outcomeText = ({ state, why }: NudgeLine): string => `${state}${why && state !== 'taken' ? ` (${why})` : ''}`;

async function textOf(words: readonly string[], file: string | undefined, io: Call['io']): Promise<string | Refusal> {
  const usage = (what: string) => refuse('USAGE', { what, hint: 'Say it in words, with --file, or with - from stdin.' });
  if (file !== undefined && words.length > 0) return usage('There are two texts.');
  if (words.length === 1 && words[0] === '-') return readPiped(io);
  if (file === undefined) return words.length > 0 ? words.join(' ') : usage('There is nothing to say.');
  if (file === '-') return readPiped(io);
  const path = resolve(io.cwd, file);
  try {
    const { size } = statSync(path);
    return size > TEXT_BYTES ? refuse('NUDGE_TOO_LARGE', { bytes: size, limit: TEXT_BYTES }) : readFileSync(path, 'utf8');
  } catch (fault) {
    return usage(`${file} cannot be read (${(fault as NodeJS.ErrnoException).code}).`);
  }
}

/** Waits by the town's events until the nudge has ended; at last says how far it is. */
async function outcomeOf(
  { id, expiresAt }: Nudged,
  town: OpenTown,
  { io, say }: Pick<Call, 'io' | 'say'>,
): Promise<NudgeLine | null> {
  const { untilEvent } = await import('./wire-events.ts');
  const { books } = town.desk;
  say(`${id} waits to be taken`);
  const late = AbortSignal.timeout(Math.min(2 ** 31 - 1, expiresAt - io.now() + GRACE_MS));
  const look = async () => {
    const now = await nudgeShow(books, id);
    return now?.endedAt !== null ? now : undefined;
  };
  const found = await untilEvent(town, id, look, AbortSignal.any([late, io.interrupted]));
  return found ?? (await nudgeShow(books, id)) ?? null;
}
