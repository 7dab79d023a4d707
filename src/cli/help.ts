import type { Palette } from './colour.ts';
import type { Command, Group, Option, Positional, Verb } from './command.ts';
import { table } from './table.ts';
import { GLOBAL_OPTIONS } from './words.ts';

/** The help page of one command: usage, what it is, its words, its options, one example. */
export function commandHelp(path: readonly string[], verb: Verb, command: Command, paint: Palette): string {
  const name = path.join(' ');
  const usage = [name, ...command.args.map(wordText), ...(command.options.length > 0 ? ['[options]'] : [])].join(' ');
  const also = verb.aliases?.filter((alias) => !alias.startsWith('-')) ?? [];
  const args = command.args.filter(({ help }) => help).map(({ name: word, help = '' }) => [`  ${word}`, help]);
  return [
    `${verb.help}.`,
    command.about,
    `${paint.bold('Usage:')} ${usage}`,
    also.length > 0 ? `${paint.bold('Also:')} ${also.join(', ')}` : undefined,
    args.length > 0 ? `${paint.bold('Words:')}\n${table(args)}` : undefined,
    command.options.length > 0 ? `${paint.bold('Options:')}\n${optionTable(command.options)}` : undefined,
    `${paint.bold('Everywhere:')}\n${optionTable(GLOBAL_OPTIONS)}`,
    `${paint.bold('Example:')} ${command.example}`,
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

/** The list of a group's verbs. */
export function groupHelp(path: readonly string[], verb: Verb, group: Group, paint: Palette): string {
  const name = path.join(' ');
  const list = verbTable(Object.entries(group.verbs));
  const bare = group.bare === undefined ? '' : `\n\n\`${name}\` alone is \`${name} ${group.bare}\`.`;
  return `${verb.help}.\n\n${paint.bold('Verbs:')}\n${list}${bare}\n\n\`${name} <verb> --help\` tells more.`;
}

/** The page of gt itself: all verbs by topic, in the order of `topics`. Topics without verbs are left out. */
export function townHelp(
  program: string,
  topics: ReadonlyArray<{ title: string; verbs: Readonly<Record<string, Verb>> }>,
  paint: Palette,
): string {
  const lists = topics
    .map(({ title, verbs }) => ({ title, list: verbTable(Object.entries(verbs)) }))
    .filter(({ list }) => list)
    .map(({ title, list }) => `${paint.bold(title)}\n${list}`);
  return [
    program === 'gt'
      ? 'gt runs a town of AI coding agents on your git repositories.'
      : 'bd is the work data of a gt town: items, steps of molecules, gates and formulas.',
    ...lists,
    `${paint.bold('Everywhere')}\n${optionTable(GLOBAL_OPTIONS)}`,
    `\`${program} <verb> --help\` tells more of a verb, \`gt explain <CODE>\` of a refusal.`,
  ].join('\n\n');
}

function verbTable(verbs: ReadonlyArray<[name: string, verb: Verb]>): string {
  const shown = verbs.filter(([, { hidden }]) => !hidden);
  return table(shown.map(([name, { help }]) => [`  ${name}`, help]));
}

function optionTable(options: readonly Option[]): string {
  return table(
    options.map(({ name, short, value, help, choices }) => [
      `  ${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`,
      choices ? `${help} (${choices.join(', ')})` : help,
    ]),
  );
}

function wordText({ name, required, many }: Positional): string {
  const word = many ? `${name}...` : name;
  return required ? `<${word}>` : `[${word}]`;
}
