import { nearest, orList } from '#core/nearest';
import { type Refusal, refuse } from '#core/refusals';
import { type Command, type Group, isGroup, type Option, type Positional, type Verb } from './command.ts';

/** From the words of a call to the command that they mean, and to the words that are the command's own. Loads no package. */

/** The options that every command has. */
export const GLOBAL_OPTIONS = [
  { name: 'town', value: 'path', help: 'the town, instead of the one found from here' },
  { name: 'json', help: 'print the value as one JSON document' },
  { name: 'no-color', help: 'no colours (as NO_COLOR)' },
  { name: 'quiet', short: 'q', help: 'no progress, only the answer' },
  { name: 'yes', help: 'answer every question with yes' },
  { name: 'help', short: 'h', help: 'show this' },
] as const satisfies readonly Option[];

/** What the words of a call lead to. `path` are the words that named it, the program's name first; `hot` when one of them is a hot verb. */
export type Found =
  | {
      readonly kind: 'command';
      readonly path: readonly string[];
      readonly verb: Verb;
      readonly hot: boolean;
      readonly command: Command;
      readonly rest: readonly string[];
    }
  | { readonly kind: 'group'; readonly path: readonly string[]; readonly verb: Verb; readonly group: Group };

/** Follows the words from `root` to a command, loading only what lies on the way. Global options may stand before the verb; they go to the command. */
export async function find(root: Group, argv: readonly string[], program = 'gt'): Promise<Found | Refusal> {
  const path = [program];
  let verb: Verb = { help: '', load: () => root };
  let group = root;
  let rest = [...argv];
  for (let hot = false; ; ) {
    const at = firstWord(rest);
    const word = rest[at];
    const asksHelp = word === 'help' || rest.includes('--help') || rest.includes('-h');
    let name = word === undefined ? undefined : nameOf(group, word);
    let isBare = false;
    // `gt help sling` is `gt sling --help`.
    if (name === undefined && word === 'help' && firstWord(rest.toSpliced(at, 1)) < rest.length - 1) {
      rest = [...rest.toSpliced(at, 1), '--help'];
      continue;
    }
    if (name !== undefined) {
      rest = rest.filter((_, index) => index !== at);
      path.push(name);
    } else if (group.bare !== undefined && !asksHelp) [name, isBare] = [group.bare, true];
    else if (word === undefined || word === 'help') return { kind: 'group', path, verb, group };
    else return unknown(group, path, word);
    verb = group.verbs[name] as Verb;
    hot ||= verb.hot ?? false;
    const loaded = await verb.load();
    // What it would not take was meant as a verb.
    if (isBare && word !== undefined && !isGroup(loaded) && loaded.args.length === 0 && !word.startsWith('-'))
      return unknown(group, path, word);
    if (!isGroup(loaded)) return { kind: 'command', path, verb, hot, command: loaded, rest };
    group = loaded;
  }
}

const GLOBAL: readonly Option[] = GLOBAL_OPTIONS;

/** Where the first word stands that is no global option and no value of one. */
function firstWord(words: readonly string[]): number {
  for (let at = 0; at < words.length; at++) {
    const [flag, value] = (words[at] ?? '').split('=');
    const global = GLOBAL.find(({ name, short }) => flag === `--${name}` || (short !== undefined && flag === `-${short}`));
    if (!global) return at;
    if (global.value !== undefined && value === undefined) at++;
  }
  return words.length;
}

function nameOf(group: Group, word: string): string | undefined {
  if (Object.hasOwn(group.verbs, word)) return word;
  return Object.keys(group.verbs).find((name) => group.verbs[name]?.aliases?.includes(word));
}

function unknown(group: Group, path: readonly string[], word: string): Refusal {
  if (word.startsWith('-')) return noSuchOption(path.join(' '), word, GLOBAL_OPTIONS);
  const names = Object.entries(group.verbs).flatMap(([name, { aliases = [], hidden }]) =>
    hidden ? [] : [name, ...aliases.filter((alias) => !alias.startsWith('-'))],
  );
  const before = path.join(' ');
  const meant = nearest(word, names).map((name) => `${before} ${name}`);
  return refuse('UNKNOWN_COMMAND', {
    command: `${before} ${word}`,
    hint: `Did you mean ${orList(meant)}? \`${before} help\` lists all.`,
  });
}

/** The refusal of an option that `name` (`gt sling`) does not have. @param args its words: where it takes any number, this may have been meant as one */
export function noSuchOption(name: string, word: string, options: readonly Option[], args: readonly Positional[] = []): Refusal {
  const flags = options.map((option) => `--${option.name}`);
  const quoted = args.some(({ many }) => many) ? ' A word with a dash before it goes into quotes, or behind `--`.' : '';
  return refuse('USAGE', {
    what: `${name} has no option \`${word}\`.`,
    hint: `Did you mean ${orList(nearest(word, flags))}?${quoted} See \`${name} --help\`.`,
  });
}
