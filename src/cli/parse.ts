import { CommanderError, Command as Parser, Option as ParserOption } from 'commander';
import { type Refusal, refuse } from '#core/refusals';
import type { Command, Option } from './command.ts';
import { complete, type Parsed } from './parsed.ts';
import { GLOBAL_OPTIONS, noSuchOption } from './words.ts';

/** Reads the words of a command by its declaration, through commander. Hot verbs are read by `parse-lean.ts`, which takes and refuses the same. */
export function parse(command: Command, path: readonly string[], words: readonly string[]): Parsed | Refusal {
  const name = path.join(' ');
  const parser = new Parser(name).exitOverride().helpOption(false).allowExcessArguments().showSuggestionAfterError(false);
  parser.configureOutput({ writeErr: () => undefined, writeOut: () => undefined }).argument('[words...]');
  const options: readonly Option[] = [...command.options, ...GLOBAL_OPTIONS];
  const given = new Map<string, string[]>();
  for (const option of options) {
    const declared = new ParserOption(
      `${option.short ? `-${option.short}, ` : ''}--${option.name}${option.value ? ' <value>' : ''}`,
    );
    // A switch called no-… is a switch of that name here, not commander's "not …".
    declared.negate = false;
    declared.attributeName = () => option.name;
    parser.addOption(declared).on(`option:${declared.name()}`, (value: string | null) => {
      given.set(option.name, [...(given.get(option.name) ?? []), value ?? '']);
    });
  }
  try {
    parser.parse([...words], { from: 'user' });
  } catch (fault) {
    if (!(fault instanceof CommanderError)) throw fault;
    const flag = /'([^']*)'/.exec(fault.message)?.[1] ?? '';
    if (fault.code === 'commander.unknownOption') return noSuchOption(name, flag, options, command.args);
    return refuse('USAGE', { what: `${/--[\w-]+/.exec(flag)?.[0] ?? flag} needs a value.`, hint: `See \`${name} --help\`.` });
  }
  return complete(command, name, { words: parser.args, given });
}
