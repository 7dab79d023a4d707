import { type Refusal, refuse } from './refusals.ts';

/** What a command line says: variables that are set before it, its program, and the words after. */
export type CommandLine = {
  readonly env: Readonly<Record<string, string>>;
  readonly command: string;
  readonly args: readonly string[];
};

/**
 * Takes a command line apart as a shell would, quotes and backslashes too. No shell will run it, so what only a shell could do (pipes, variables) is refused
 * rather than handed on as letters.
 */
export function commandLine(line: string): CommandLine | Refusal {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < line.length) {
    const piece = PIECE.exec(line.slice(at))?.groups;
    if (!piece) return wrong(`\`${line.slice(at, at + 20)}\` cannot be read`, line);
    const { space, single, double, escaped, plain, shell } = piece;
    at += (piece['all'] ?? '').length;
    if (shell !== undefined) return wrong(`\`${shell}\` would need a shell`, line);
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (double !== undefined && /(^|[^\\])[$`]/.test(double)) return wrong('a variable would need a shell', line);
    word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '');
  }
  if (word !== undefined) words.push(word);
  const first = words.findIndex((one) => !ASSIGNMENT.test(one));
  const [command, ...args] = first < 0 ? [] : words.slice(first);
  if (!command) return wrong('it names no program', line);
  return { env: Object.fromEntries(words.slice(0, first).map((one) => one.split(/=(.*)/s).slice(0, 2))), command, args };
}

const ASSIGNMENT = /^[A-Za-z_]\w*=/;
const PIECE =
  /^(?<all>(?<space>\s+)|'(?<single>[^']*)'|"(?<double>(?:\\.|[^"\\])*)"|\\(?<escaped>.)|(?<plain>[^\s'"\\|&;<>()$`]+)|(?<shell>[|&;<>()$`]))/s;

function wrong(why: string, line: string): Refusal {
  return refuse('USAGE', { what: `${why}: ${line}`, hint: 'Quote it, or name a script of yours that does it.' });
}

/** Words as a line that reads as them again: each that a shell would not take as it is stands in quotes. */
export const asLine = (words: readonly string[]): string =>
  words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');

const PLAIN = /^[\w@%+=:,./{}-]+$/;
