/** A terminal's screen as it is judged: its rows with what is dim told apart, and where its program lets text be typed. */

/** A row. `bright` is as long as `text`, with blanks for what is dim: placeholders and suggestions are, a draft is not. */
export type ViewRow = { readonly text: string; readonly bright: string };

/** The last rows of a screen, the row of the cursor among them. `y` counts the rows from 0. */
export type ScreenView = {
  readonly rows: readonly ViewRow[];
  readonly cursor: { readonly y: number; readonly hidden: boolean };
  readonly title: string;
  readonly alternate: boolean;
  /** Whether the program has asked to be told where a paste begins and ends. */
  readonly bracketedPaste: boolean;
};

/** Where text is typed. `by`: found by the mark that the preset names, by one that is common, or only by the cursor. Rows from `from` up to before `to`. */
export type Prompt = {
  readonly by: 'mark' | 'common' | 'cursor';
  readonly from: number;
  readonly to: number;
  /** What was typed, without the frame around it, line by line. */
  readonly draft: string;
  /** What stands there and was not typed. */
  readonly placeholder: string;
};

/** How far above the cursor a prompt is looked for, in rows. */
const REACH = 12;
/** So many empty rows, one below the other, part what stands above them from a cursor that shows. */
const APART = 2;
/** Frames at the sides of an input. */
const LEFT = /^[\s│┃▌▐▏▕║]*/u;
const RIGHT = /[\s│┃▌▐▏▕║]*$/u;
/** Lines that close an input off. */
const RULE = /^\s*[─━═╌╍┄┈▁▔▀▄╭╮╰╯┌┐└┘╔╗╚╝]{3,}/u;
const COMMON = /^[❯›>»*](?=\s|$)/u;
/** A numbered choice, and the numbered row beside it that makes it one. */
const NUMBERED = /^[\s│┃║]*(?:[❯›>●○▶◉•*]\s*)?\d{1,2}[.)]\s+\S/u;
const CHOSEN = /^[\s│┃║]*[❯›>●▶◉•*]\s*\d{1,2}[.)]\s+\S/u;
const NEAR = 4;

/** Whether the row at `y` is the chosen one of a numbered list. */
export function isChoice(rows: readonly ViewRow[], y: number): boolean {
  if (!CHOSEN.test(rows[y]?.text ?? '')) return false;
  const around = rows.slice(Math.max(0, y - NEAR), y + NEAR + 1);
  return around.filter((row) => NUMBERED.test(row.text)).length > 1;
}

/** Index after the mark in a row, or undefined where there is none. */
function afterMark(text: string, mark: string | undefined): number | undefined {
  const start = (LEFT.exec(text) as RegExpExecArray)[0].length;
  const rest = text.slice(start);
  if (mark === undefined) return COMMON.test(rest) ? start + 1 : undefined;
  const sign = mark.trim();
  if (!rest.startsWith(sign) || !/^(\s|$)/u.test(rest.slice(sign.length))) return undefined;
  return start + sign.length;
}

type Block = { readonly by: Prompt['by']; readonly from: number; readonly column: number };

function findStart(view: ScreenView, mark: string | undefined): Block | undefined {
  const { rows, cursor } = view;
  let blank = 0;
  for (let y = cursor.y; y >= Math.max(0, cursor.y - REACH) && blank < APART; y--) {
    blank = y < cursor.y && !cursor.hidden && rows[y]?.text.trim() === '' ? blank + 1 : 0;
    if (isChoice(rows, y)) return undefined; // whatever stands above it is covered by a dialog
    const column = afterMark(rows[y]?.text ?? '', mark);
    if (column !== undefined) return { by: mark === undefined ? 'common' : 'mark', from: y, column };
  }
  if (mark !== undefined) return undefined;
  return framed(view) ?? (cursor.hidden ? undefined : { by: 'cursor', from: cursor.y, column: 0 });
}

/** An input between two rules, with the cursor in it. */
function framed({ rows, cursor }: ScreenView): Block | undefined {
  const isRule = (y: number) => RULE.test(rows[y]?.text ?? '');
  if (isRule(cursor.y)) return undefined;
  let top = cursor.y;
  while (top > 0 && cursor.y - top < REACH && !isRule(top)) top--;
  const bottom = rows.findIndex((_, y) => y > cursor.y && isRule(y));
  if (!isRule(top) || bottom < 0 || bottom - cursor.y > REACH) return undefined;
  return { by: 'common', from: top + 1, column: 0 };
}

/** Where an input ends: at a rule; else at the first empty row that is not above a cursor that shows. */
function endOf({ rows, cursor }: ScreenView, from: number): number {
  const rule = rows.findIndex((row, y) => y > from && RULE.test(row.text));
  const last = rule < 0 ? rows.length : rule;
  const blank = rows.findIndex((row, y) => y > from && (cursor.hidden || y > cursor.y) && row.text.trim() === '');
  return rule >= 0 && rule - from <= REACH * 3 ? rule : Math.min(last, blank < 0 ? rows.length : blank);
}

/** The input of a program, walking up from the cursor; undefined when none shows. `mark` and `placeholder` as the preset says. */
export function findPrompt(view: ScreenView, mark?: string, placeholder?: RegExp): Prompt | undefined {
  const block = findStart(view, mark);
  if (!block) return undefined;
  const { by, from, column } = block;
  const to = by === 'cursor' ? from + 1 : endOf(view, from);
  const cut = (line: string, y: number) => {
    const text = y === from ? line.slice(column) : line;
    return text.slice((LEFT.exec(text) as RegExpExecArray)[0].length).replace(RIGHT, '');
  };
  const read = (which: keyof ViewRow) =>
    view.rows
      .slice(from, to)
      .map((row, index) => cut(row[which], from + index))
      .join('\n')
      .trim();
  const typed = read('bright');
  const shown = read('text');
  // where it is only of another colour, the placeholder is known by its words
  if (typed === '' || (placeholder && !typed.includes('\n') && placeholder.exec(typed)?.index === 0))
    return { by, from, to, draft: '', placeholder: shown };
  return { by, from, to, draft: typed, placeholder: '' };
}
