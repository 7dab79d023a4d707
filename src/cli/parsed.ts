import { type Refusal, refuse } from '#core/refusals';
import type { Command, Globals, Option } from './command.ts';

/** The words of a call, as a command takes them. */
export type Parsed = {
  readonly args: Readonly<Record<string, string | string[] | undefined>>;
  readonly opts: Readonly<Record<string, string | string[] | boolean | undefined>>;
  readonly global: Globals & { readonly help: boolean; readonly colour: boolean };
};

/** What a reader of words found: the words by place, and the values of each option that was given (one empty text for each time of a switch). */
export type Raw = { readonly words: readonly string[]; readonly given: ReadonlyMap<string, readonly string[]> };

/** Fits what was read to the declaration: too few or too many words and wrong choices are refused, unless help is asked for. `name`: `gt sling`. */
export function complete(command: Command, name: string, { words, given }: Raw): Parsed | Refusal {
  const has = (option: string) => given.has(option);
  const global = {
    town: given.get('town')?.at(-1),
    json: has('json'),
    quiet: has('quiet'),
    yes: has('yes'),
    help: has('help'),
    colour: !has('no-color'),
  };
  const args: Record<string, string | string[] | undefined> = {};
  let left = [...words];
  for (const { name: word, many } of command.args) {
    args[word] = many ? left : left[0];
    left = many ? [] : left.slice(1);
  }
  const opts: Record<string, string | string[] | boolean | undefined> = {};
  for (const option of command.options) opts[option.name] = optionValue(option, given.get(option.name));
  if (global.help) return { args, opts, global };

  const hint = `See \`${name} --help\`.`;
  const missing = command.args.find(
    ({ name: word, required }) => required && (args[word] === undefined || args[word].length === 0),
  );
  if (missing) return refuse('USAGE', { what: `${name} needs <${missing.name}>.`, hint: `For example: \`${command.example}\`` });
  if (left.length > 0) return refuse('USAGE', { what: `${name} does not take \`${left[0]}\`.`, hint });
  for (const { name: option, choices } of command.options) {
    const wrong = choices && given.get(option)?.find((value) => !choices.includes(value));
    if (wrong !== undefined)
      return refuse('USAGE', { what: `--${option} cannot be \`${wrong}\`.`, hint: `Take one of: ${choices?.join(', ')}.` });
  }
  return { args, opts, global };
}

function optionValue(option: Option, values: readonly string[] | undefined): string | string[] | boolean | undefined {
  if (option.value === undefined) return values !== undefined;
  return option.many ? [...(values ?? [])] : values?.at(-1);
}
