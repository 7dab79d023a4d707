import type { Refusal } from '#core/refusals';
import type { Palette } from './colour.ts';

/**
 * What a command of gt is: data about its words, and two functions. The data serves the parser, `--help` and the tests; `run` calls one op, view or
 * chore and gives back its value or a refusal; `text` shows that value. Commands never print: `--json` prints the very same value.
 */

/** A word by its place. `many` takes all that are left (it comes last). */
export type Positional = { readonly name: string; readonly help?: string; readonly required?: boolean; readonly many?: boolean };

/** An option by its long name without dashes (`no-code`); `value` names what follows it, without it the option is a switch. */
export type Option = {
  readonly name: string;
  readonly short?: string;
  readonly help: string;
  readonly value?: string;
  /** May be given several times. */
  readonly many?: boolean;
  readonly choices?: readonly string[];
};

type WordsOf<P extends readonly Positional[]> = {
  readonly [K in P[number] as K['name']]: K extends { many: true }
    ? string[]
    : K extends { required: true }
      ? string
      : string | undefined;
};
type OptionsOf<O extends readonly Option[]> = {
  readonly [K in O[number] as K['name']]: K extends { value: string }
    ? K extends { many: true }
      ? string[]
      : string | undefined
    : boolean;
};

/** What every command takes beside its own options. */
export type Globals = {
  readonly town: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly yes: boolean;
};

/** The world of one call, handed in so that a test can hand in another. */
export type Io = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** ms since 1970 */
  now(): number;
  out(text: string): void;
  err(text: string): void;
  /** What is piped into the call; absent when that is a terminal. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns of the terminal; 80 when there is none. */
  readonly width: number;
  /** Aborted by Ctrl+C. Who listens to it promises to end soon after, and is given 3 s; without a listener gt ends at once. */
  readonly interrupted: AbortSignal;
};

/** What `run` is given. */
export type Call<P extends readonly Positional[] = readonly Positional[], O extends readonly Option[] = readonly Option[]> = {
  readonly args: WordsOf<P>;
  readonly opts: OptionsOf<O>;
  readonly global: Globals;
  readonly io: Io;
  /** Tells how it goes, on stderr; silent with --quiet. The answer itself is what `run` returns. */
  say(line: string): void;
};

/** What `text` may use to show a value. `width`: columns of the terminal; without end into a pipe, where nothing is cut. */
export type Show = { readonly paint: Palette; readonly now: number; readonly width: number; readonly quiet: boolean };

/** A command as its file declares it. */
type Spec<P extends readonly Positional[], O extends readonly Option[], V> = {
  readonly args?: P;
  readonly options?: O;
  /** More than the one line of the table, for --help. */
  readonly about?: string;
  /** One line that works, for --help. */
  readonly example: string;
  run(call: Call<P, O>): Promise<V | Refusal> | V | Refusal;
  /** The value for people, without the last line end; an empty text prints nothing. Without it the value is printed as JSON. */
  text?(value: V, show: Show): string;
  /** Exit code of a value that is an answer and yet no success (`doctor` that found something); 0 without it. */
  exit?(value: V): number;
};

/** Any command, as the frame handles it. */
export type Command = {
  readonly args: readonly Positional[];
  readonly options: readonly Option[];
  readonly about?: string;
  readonly example: string;
  run(call: Call): Promise<unknown> | unknown;
  text?(value: unknown, show: Show): string;
  exit?(value: unknown): number;
};

/** A verb: its line in the list, and how to get at what it does, which is loaded only when it is called. */
export type Verb = {
  readonly help: string;
  readonly aliases?: readonly string[];
  /** Called by hooks and scripts: left out of lists. */
  readonly hidden?: boolean;
  /** Called at every prompt of an agent: loads no package, and its words are read without commander. */
  readonly hot?: boolean;
  load(): Command | Group | Promise<Command | Group>;
};

/** Verbs under a word: `gt rig add`. Words that name no verb of it go to `bare`, if there is one: `gt hook`, `gt formula <name>`. */
export type Group = { readonly verbs: Readonly<Record<string, Verb>>; readonly bare?: string };

/** Declares a command; the names and kinds of its words become the types of what `run` is given. */
export function command<V, const P extends readonly Positional[] = readonly [], const O extends readonly Option[] = readonly []>(
  spec: Spec<P, O, V>,
): Command {
  // The frame fills `args` and `opts` from this very declaration, so the narrower types hold.
  return { args: [], options: [], ...(spec as unknown as Omit<Command, 'args' | 'options'> & Partial<Command>) };
}

/** Tells a group of verbs from a command. */
export function isGroup(found: Command | Group): found is Group {
  return 'verbs' in found;
}
