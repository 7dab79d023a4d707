import { meant, type Note, note } from './faults.ts';
import type { Var } from './grammar.ts';

/** Variables: what `{{name}}` in a text stands for, and which values are good. */

type Vars = Readonly<Record<string, Var>>;

/** Words of the block language that agents read in texts: never variables. */
const RESERVED = new Set('else this root index key first last end range with block define template nil'.split(' '));

/** Whether `{{name}}` can be written for this name. */
export function isName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.has(name);
}

/** The text with each `{{name}}` that has a value replaced by it, in one pass: what a value holds stays as it is. */
export function fillText(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}/g, (whole, name: string) =>
    RESERVED.has(name) ? whole : (values.get(name) ?? whole),
  );
}

/** The names that the texts refer to, each once, in their order. */
export function namesIn(texts: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const text of texts) {
    if (!text.includes('{{')) continue;
    for (const [, name = ''] of text.matchAll(/\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}/g)) if (!RESERVED.has(name)) names.add(name);
  }
  return [...names];
}

/** Replaces `{name}`, never inside double braces; unknown ones stay. */
export function fillBraces(text: string, values: ReadonlyMap<string, string>): string {
  if (!text.includes('{')) return text;
  return text.replace(/(?<!\{)\{([A-Za-z_][\w.-]*)\}(?!\})/g, (whole, name: string) => values.get(name) ?? whole);
}

/** Reads `name=value` words as they are given on a command line; all faults at once. */
export function parseGiven(words: readonly string[]): { given: Map<string, string> } | { faults: string[] } {
  const given = new Map<string, string>();
  const faults: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) given.set(word.slice(0, equals).trim(), word.slice(equals + 1));
    else faults.push(`\`${word}\` is no variable: write \`name=value\``);
  }
  return faults.length > 0 ? { faults } : { given };
}

/** The defaults, with the given values over them. */
export function valuesOf(vars: Vars, given: ReadonlyMap<string, string>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, { default: value }] of Object.entries(vars)) if (value !== undefined) values.set(name, value);
  for (const [name, value] of given) values.set(name, value);
  return values;
}

/** What is wrong with the values: missing ones (required, or used in a text and without a default), and those that the variable does not allow. */
export function judgeValues(
  vars: Vars,
  given: ReadonlyMap<string, string>,
  used: readonly string[],
): { faults: Note[]; warnings: Note[] } {
  const faults: Note[] = [];
  const warnings: Note[] = [];
  const values = valuesOf(vars, given);
  for (const [name, one] of Object.entries(vars)) {
    const at = ['vars', name];
    const value = values.get(name);
    if (value === undefined) {
      if (one.required || used.includes(name))
        faults.push(note(at, `variable \`${name}\` has no value`, `give one: --var ${name}=…${told(one)}`));
    } else if (value !== '') faults.push(...judgeValue(one, value).map((says) => note(at, `\`${name}\` ${says}`)));
  }
  for (const name of given.keys())
    if (!Object.hasOwn(vars, name))
      warnings.push(note(['vars', name], `no variable \`${name}\` is declared`, meant(name, Object.keys(vars))));
  return { faults, warnings };
}

function told({ description }: Var): string {
  return description === '' ? '' : ` (${description})`;
}

function judgeValue(one: Var, value: string): string[] {
  const faults: string[] = [];
  if (one.enum && !one.enum.includes(value)) faults.push(`is "${value}", and must be one of ${one.enum.join(', ')}`);
  if (one.pattern !== undefined && asPattern(one.pattern)?.test(value) === false)
    faults.push(`is "${value}", which does not match ${one.pattern}`);
  if (one.type === 'int' && !/^[+-]?\d+$/.test(value)) faults.push(`is "${value}", and must be a whole number`);
  if (one.type === 'bool' && !['true', 'false'].includes(value.toLowerCase()))
    faults.push(`is "${value}", and must be true or false`);
  return faults;
}

/** A pattern, found anywhere in the value; flags in front, `(?i)`, are taken. Undefined when it is none. */
export function asPattern(pattern: string): RegExp | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const named = pattern.slice(flags?.[0].length ?? 0).replaceAll('(?P<', '(?<');
  try {
    return new RegExp(named, [...new Set(flags?.[1] ?? '')].join(''));
  } catch {
    return undefined;
  }
}
