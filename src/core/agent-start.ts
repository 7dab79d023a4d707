import { fill, type Places } from './places.ts';
import type { Preset } from './preset.ts';

/** How an agent is started: a conversation of its own, one that goes on, or the fork of one. */
export type StartInput = {
  readonly mode: 'fresh' | 'resume' | 'fork';
  /** Works without a person who is asked. */
  readonly autonomous: boolean;
  /** Its hook files are in place, so that it is told of them. */
  readonly hooks: boolean;
  readonly places: Places;
  readonly prompt?: string | undefined;
  /** The same in short, for a prompt that must be typed: long texts are for files. */
  readonly brief?: string | undefined;
  readonly asRoot?: boolean;
};

export type Start = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What must be typed once it is ready, because the program takes no prompt this way. */
  readonly typed?: string;
  /** Whether the conversation has the id that it was given. */
  readonly ownId: boolean;
};

/** A Linux kernel takes no argument of 128 KiB or more (with the 0 at its end). */
const LONGEST_ARGUMENT = 131_071;

/** The words and the environment of a start, as the preset says; undefined when the program cannot start this way (a fork where there is none). */
export function agentStart(preset: Preset, input: StartInput): Start | undefined {
  const { mode, places } = input;
  const { session } = preset;
  const said = mode === 'fresh' ? (places['id'] === undefined ? [] : (session.own ?? [])) : session[mode];
  if (said === undefined) return undefined;
  const words = said.map((word) => fill(word, places));
  const first = session.place === 'first' && mode !== 'fresh';
  const { given, typed } = handOver(preset, input);
  const flags = [
    ...preset.args,
    ...(input.autonomous ? preset.autonomous : []),
    ...(input.hooks ? (preset.hooks?.args ?? []) : []),
  ].map((word) => fill(word, places));
  const env = { ...preset.config.variables, ...preset.env, ...(input.asRoot ? preset.env_as_root : {}) };
  return {
    argv: [fill(preset.command, places), ...(first ? words : []), ...flags, ...(first ? [] : words), ...given],
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value, places)])),
    ...(typed === undefined ? {} : { typed }),
    ownId: mode === 'fresh' && words.length > 0,
  };
}

function handOver(preset: Preset, { mode, prompt, brief = prompt }: StartInput): { given: string[]; typed?: string } {
  if (prompt === undefined || prompt === '') return { given: [] };
  const { how, flag, resumed, forked } = preset.prompt;
  const way = { fresh: how, resume: resumed ?? how, fork: forked ?? how }[mode];
  if (way === 'none') return { given: [] };
  // A prompt that looks like a flag would be read as one, and one that is too long would keep the program from starting.
  const fits = new TextEncoder().encode(prompt).length < LONGEST_ARGUMENT && !prompt.startsWith('-');
  if (way === 'typed' || !fits) return { given: [], typed: brief ?? prompt };
  return { given: way === 'flag' && flag !== undefined ? [flag, prompt] : [prompt] };
}
