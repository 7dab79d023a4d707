import { fillText } from './vars.ts';

/**
 * A command with its values. A value that stands in quotes stays in them, whatever it holds: `'{{title}}'` is one word for the shell, even when a stranger has
 * written the title. Outside of quotes a value is part of the command itself, such as `{{test_command}}`.
 */
export function fillCommand(command: string, values: ReadonlyMap<string, string>): string {
  let filled = '';
  let from = 0;
  for (const { at, quote } of placesIn(command)) {
    filled += command.slice(from, at);
    const written = /^\{\{\w+\}\}/.exec(command.slice(at))?.[0] ?? '';
    const value = fillText(written, values);
    filled += value === written ? written : escaped(value, quote);
    from = at + written.length;
  }
  return filled + command.slice(from);
}

type Quote = 'none' | 'single' | 'double';

function escaped(value: string, quote: Quote): string {
  if (quote === 'single') return value.replaceAll("'", `'\\''`);
  return quote === 'double' ? value.replace(/["\\$`]/g, '\\$&') : value;
}

/** Whatever changes how the shell reads on: one piece at a time, the longest first. */
const PIECE = /\\[\s\S]|\{\{\w+\}\}|\$\(|(?<!<)<<-?[ \t]*(['"]?)([A-Za-z_]\w*)\1|(?<=^|[\s;&|(])#[^\n]*|[')"(\n]/g;

/** Where `{{name}}` stands in a command, and in which quotes. */
function placesIn(command: string): Array<{ at: number; quote: Quote }> {
  const places: Array<{ at: number; quote: Quote }> = [];
  // The innermost last: quotes, and substitutions, in which quotes begin anew.
  const open: Quote[] = ['none'];
  let document: string | undefined;
  PIECE.lastIndex = 0;
  for (let found = PIECE.exec(command); found; found = PIECE.exec(command)) {
    const [piece] = found;
    const quote = open.at(-1) ?? 'none';
    if (quote === 'single' && piece !== "'" && !piece.startsWith('{{')) PIECE.lastIndex = found.index + 1;
    else if (piece.startsWith('{{')) places.push({ at: found.index, quote });
    else if (piece === "'" && quote !== 'double') toggle(open, 'single');
    else if (piece === '"') toggle(open, 'double');
    else if (piece === '$(' || (piece === '(' && quote === 'none')) open.push('none');
    else if (piece === ')' && quote === 'none' && open.length > 1) open.pop();
    else if (piece.startsWith('#') && quote === 'none') places.push(...inside(piece, found.index));
    else if (piece.startsWith('#')) PIECE.lastIndex = found.index + 1;
    else if (piece.startsWith('<<') && quote === 'none') document = found[2];
    else if (piece === '\n' && document !== undefined) {
      const text = documentAt(command, PIECE.lastIndex, document);
      places.push(...inside(text, PIECE.lastIndex));
      PIECE.lastIndex += text.length;
      document = undefined;
    }
  }
  return places;
}

function toggle(open: Quote[], quote: Quote): void {
  if (open.at(-1) === quote) open.pop();
  else open.push(quote);
}

/** The text of a here-document, to its last line or to the end. */
function documentAt(command: string, from: number, word: string): string {
  const end = new RegExp(`^\\t*${word}$`, 'm').exec(command.slice(from));
  return end ? command.slice(from, from + end.index) : command.slice(from);
}

/** In comments and here-documents quotes are letters. */
const inside = (text: string, from: number): Array<{ at: number; quote: Quote }> =>
  [...text.matchAll(/\{\{\w+\}\}/g)].map(({ index }) => ({ at: from + index, quote: 'none' }));
