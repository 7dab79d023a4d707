import { fillText } from './vars.ts';

/**
 * A command with its values. A value that stands in quotes stays in them, whatever it holds: `'{{title}}'` is one word for the shell, even when a stranger has
 * written the title. In a comment or a here-document it stays inside of that. Anywhere else a value is part of the command itself, such as `{{test_command}}`.
 */
export function fillCommand(command: string, values: ReadonlyMap<string, string>): string {
  let filled = '';
  let from = 0;
  for (const { at, guard } of placesIn(command)) {
    filled += command.slice(from, at);
    const written = /^\{\{\w+\}\}/.exec(command.slice(at))?.[0] ?? '';
    const value = fillText(written, values);
    filled += value === written ? written : guard(value);
    from = at + written.length;
  }
  return filled + command.slice(from);
}

/** Where `{{name}}` stands, and how a value is written there. */
type Place = { readonly at: number; readonly guard: (value: string) => string };

/** What is open: quotes, or a substitution or subshell, in which quotes begin anew. */
type Frame = { readonly quote: 'none' | 'single' | 'double'; readonly by: 'quote' | '(' | '`' | 'start'; cases: number };

/** How a value is written inside of these, the innermost last. In backticks everything is read twice. */
function guardIn(open: readonly Frame[]): Place['guard'] {
  const quote = open.at(-1)?.quote;
  if (quote === 'none') return (value) => value;
  const ticks = open.filter(({ by }) => by === '`').length;
  return (value) => {
    const quoted = quote === 'single' ? value.replaceAll("'", `'\\''`) : value.replace(/["\\$`]/g, '\\$&');
    return Array.from({ length: ticks }).reduce<string>((text) => text.replace(/[\\$`]/g, '\\$&'), quoted);
  };
}

/** Whatever changes how the shell reads on: one piece at a time, the longest first. */
const PIECE =
  /\\[\s\S]|\{\{\w+\}\}|\$\(|(?<!<)<<-?[ \t]*(['"]?)([A-Za-z_]\w*)\1|(?<=^|[\s;&|(])#[^\n]*|(?<=(?:^|[;&|(){\n]|\b(?:then|do|else|in))[ \t]*)(?:case|esac)(?![\w-])|[`')"(\n]/g;

function placesIn(command: string): Place[] {
  const places: Place[] = [];
  const open: Frame[] = [{ quote: 'none', by: 'start', cases: 0 }];
  let document: { word: string; quoted: boolean } | undefined;
  PIECE.lastIndex = 0;
  for (let found = PIECE.exec(command); found; found = PIECE.exec(command)) {
    const [piece] = found;
    const frame = open.at(-1) as Frame;
    const { quote } = frame;
    if (quote === 'single' && piece !== "'" && !piece.startsWith('{{')) PIECE.lastIndex = found.index + 1;
    else if (piece.startsWith('{{')) places.push({ at: found.index, guard: guardIn([...open]) });
    else if (piece === "'" && quote !== 'double') toggle(open, 'single');
    else if (piece === '"') toggle(open, 'double');
    else if (piece === '`') toggleTicks(open);
    else if (piece === '$(' || (piece === '(' && quote === 'none')) open.push({ quote: 'none', by: '(', cases: 0 });
    else if (piece === ')' && frame.by === '(' && frame.cases === 0) open.pop();
    else if (piece === 'case' && quote === 'none') frame.cases++;
    else if (piece === 'esac' && quote === 'none') frame.cases = Math.max(0, frame.cases - 1);
    else if (piece.startsWith('#') && quote === 'none') places.push(...inside(piece, found.index, inComment));
    else if (piece.startsWith('#')) PIECE.lastIndex = found.index + 1;
    else if (piece.startsWith('<<') && quote === 'none') document = { word: found[2] ?? '', quoted: found[1] !== '' };
    else if (piece === '\n' && document !== undefined) {
      const text = documentAt(command, PIECE.lastIndex, document.word);
      places.push(...inside(text, PIECE.lastIndex, inDocument(document.word, document.quoted)));
      PIECE.lastIndex += text.length;
      document = undefined;
    }
  }
  return places;
}

function toggle(open: Frame[], quote: Frame['quote']): void {
  if (open.at(-1)?.quote === quote) open.pop();
  else open.push({ quote, by: 'quote', cases: 0 });
}

/** The second backtick ends what the first has begun, whatever is open in it. */
function toggleTicks(open: Frame[]): void {
  const begun = open.findLastIndex(({ by }) => by === '`');
  if (begun < 0) open.push({ quote: 'none', by: '`', cases: 0 });
  else open.splice(begun);
}

/** The text of a here-document, to its last line or to the end. */
function documentAt(command: string, from: number, word: string): string {
  const end = new RegExp(`^\\t*${word}$`, 'm').exec(command.slice(from));
  return end ? command.slice(from, from + end.index) : command.slice(from);
}

/** In comments and here-documents quotes are letters. */
const inside = (text: string, from: number, guard: Place['guard']): Place[] =>
  [...text.matchAll(/\{\{\w+\}\}/g)].map(({ index }) => ({ at: from + index, guard }));

const inComment: Place['guard'] = (value) => value.replaceAll(/\s*\n\s*/g, ' ');

/** No line of a value is the line that ends the document: it gets a blank, or stands behind the line before. */
function inDocument(word: string, quoted: boolean): Place['guard'] {
  const end = new RegExp(`(^|\\n)(?=\\t*${word}(?:\\n|$))`, 'g');
  return (value) => (quoted ? value : value.replace(/[\\$`]/g, '\\$&')).replace(end, ' ');
}
