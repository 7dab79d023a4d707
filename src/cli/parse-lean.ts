import { type Refusal, refuse } from '#core/refusals';
import type { Command, Option } from './command.ts';
import { complete, type Parsed } from './parsed.ts';
import { GLOBAL_OPTIONS, noSuchOption } from './words.ts';

/** Reads the words of a hot verb by its declaration, without loading commander; test/unit/parse.test.ts holds the two together. */
export function parse(command: Command, path: readonly string[], argv: readonly string[]): Parsed | Refusal {
  const name = path.join(' ');
  const options: readonly Option[] = [...command.options, ...GLOBAL_OPTIONS];
  const given = new Map<string, string[]>();
  const words: string[] = [];
  const left = [...argv];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') {
      words.push(...left);
      break;
    }
    if (!word.startsWith('-') || word === '-' || /^-(\d+|\d*\.\d+)(e[+-]?\d+)?$/.test(word)) {
      words.push(word);
      continue;
    }
    const { flag, value, more } = split(word, options);
    const option = options.find((one) => flag === `--${one.name}` || flag === `-${one.short}`);
    if (!option || (option.value === undefined && value !== undefined)) return noSuchOption(name, word, options, command.args);
    if (more) left.unshift(more);
    const taken = option.value === undefined ? '' : (value ?? left.shift());
    if (taken === undefined) return refuse('USAGE', { what: `--${option.name} needs a value.`, hint: `See \`${name} --help\`.` });
    given.set(option.name, [...(given.get(option.name) ?? []), taken]);
  }
  return complete(command, name, { words, given });
}

/** `--name=value`, `-nvalue`, and `-ab`: a switch with `-b` still to be read. */
function split(word: string, options: readonly Option[]): { flag: string; value?: string; more?: string } {
  if (word.startsWith('--')) {
    const at = word.indexOf('=');
    return at < 0 ? { flag: word } : { flag: word.slice(0, at), value: word.slice(at + 1) };
  }
  const flag = word.slice(0, 2);
  const rest = word.slice(2);
  const option = options.find((one) => flag === `-${one.short}`);
  if (!rest) return { flag };
  return option?.value === undefined ? { flag: option ? flag : word, more: `-${rest}` } : { flag, value: rest };
}
