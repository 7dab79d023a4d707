import type { Classified } from './screen-state.ts';
import { textHash } from './text-hash.ts';

/** A dialog as its rows tell it. */
export type DialogRead = {
  /** Stands for its words: another dialog has another one. */
  readonly id: string;
  /** Its numbered rows, the rows among which a mark stands, or yes and no; in order, without number and mark. None where it shows none. */
  readonly choices: readonly string[];
  /** Its question: of the rows above the choices the last that ends as one, else that begins with one. */
  readonly asks?: string;
  /** Which of them the mark stands at, from 0. */
  readonly chosen: number | undefined;
  /** Where choices are words that are typed: these, the row behind which, and what is typed there already. */
  readonly typing?: { readonly words: readonly string[]; readonly row: string; readonly typed: string };
};

const NUMBERED = /^[\s│┃║|]*(?:([❯›>●○▶◉•*])\s*)?(\d{1,2})[.)]\s+(\S.*)$/u;
const MARKS = /[❯›>●▶◉•*]/u;
/** The row of a list that the mark stands at, where no numbers tell that it is one. */
const MARKED = /^([\s│┃║|]*[❯›>●▶◉]\s+)(\S.*)$/u;
/** What stands below a list, or above it: which keys it takes, and its question. */
const HINT = /\b(?:enter|return|esc|escape|tab|arrows?|ctrl)\b|[↑↓⇆]|[?:]$/iu;
const YES_NO = /^(.*[([](y\/n|yes\/no)[)\]]\s*[:?>❯›]*)\s*(.*)$/iu;
/** A question, and what is said behind it. */
const BEGINS = /^.*\S\?(?=\s)/u;
/** Frames at the sides of a row. */
const SIDE = /[\s│┃║|]/u;
const FRAME = /^[\s│┃║|]+|[\s│┃║|]+$/gu;
const RULE = /^[\s│┃║╭╮╰╯┌┐└┘├┤]*[─━═╌╍┄┈▁▔]{3,}/u;
/** Rows between two choices: a choice may be wrapped, or explained. */
const BETWEEN = 4;
/** Rows above the choices that belong to the question. */
const ABOVE = 12;
/** Rows that say something, from the last, among which a question for yes or no is open. */
const OPEN = 3;
const NAME = 12;

type Choice = { readonly y: number; readonly text: string; readonly marked: boolean };

/** The last list of a screen that counts from 1. */
function numbered(rows: readonly string[]): Choice[] {
  let list: Array<Choice & { n: number }> = [];
  let found: Choice[] = [];
  for (const [y, row] of rows.entries()) {
    const match = NUMBERED.exec(row);
    if (!match) continue;
    const [, mark = '', digits = '', rest = ''] = match;
    const choice = { y, n: Number(digits), text: flat(rest), marked: MARKS.test(mark) };
    const last = list.at(-1);
    if (choice.n === 1) list = [choice];
    else if (last && choice.n === last.n + 1 && y - last.y <= BETWEEN) list.push(choice);
    else list = [];
    if (list.length > 1) found = list;
  }
  return found;
}

/** The rows among which the last mark of a screen stands: one below the other, each begins where the text behind the mark does, or is what explains it. */
function marked(rows: readonly string[]): Choice[] {
  const at = rows.findLastIndex((row) => MARKED.test(row) && !NUMBERED.test(row));
  const [, before = '', text = ''] = MARKED.exec(rows[at] ?? '') ?? [];
  if (at < 0 || HINT.test(flat(text))) return [];
  const beside = (step: 1 | -1): Choice[] => {
    const list: Choice[] = [];
    for (let y = at + step; ; y += step) {
      const row = rows[y] ?? '';
      const start = [...row].findIndex((sign) => !SIDE.test(sign));
      if (start < before.length || RULE.test(row) || HINT.test(flat(row))) return list;
      if (start === before.length) list.push({ y, text: flat(row), marked: false });
    }
  };
  const list = [...beside(-1).reverse(), { y: at, text: flat(text), marked: true }, ...beside(1)];
  return list.length > 1 ? list : [];
}

/** A question for yes or no that is open: in one of the last rows. */
function yesNo(rows: readonly string[]): { y: number; typing: NonNullable<DialogRead['typing']> } | undefined {
  const shown = [...rows.entries()].filter(([, row]) => flat(row) !== '').slice(-OPEN);
  const [y, row] = shown.findLast(([, one]) => YES_NO.test(flat(one))) ?? [];
  const [, asks = '', form = '', typed = ''] = YES_NO.exec(flat(row ?? '')) ?? [];
  if (y === undefined) return undefined;
  return { y, typing: { words: form.length > 3 ? ['yes', 'no'] : ['y', 'n'], row: asks.trim(), typed } };
}

/** A row without its frame, its blanks each one. */
export const flat = (row: string): string => row.replace(FRAME, '').replace(/\s+/gu, ' ').trim();

/** Reads the dialog that a screen shows. @param shown what its screen was judged to be */
export function readDialog(rows: readonly string[], { dialog, why }: Pick<Classified, 'dialog' | 'why'>): DialogRead {
  const name = dialog?.name ?? '';
  const counted = numbered(rows);
  const list = counted.length > 0 ? counted : marked(rows);
  const open = yesNo(rows);
  if (open && open.y > (list.at(-1)?.y ?? -1)) {
    const { typing } = open;
    return { id: textHash(`${name}\n${typing.row}`, NAME), choices: ['Yes', 'No'], asks: typing.row, chosen: undefined, typing };
  }
  const [first] = list;
  if (!first) return { id: textHash(`${name}\n${why.replace(/\d+/g, '#')}`, NAME), choices: [], chosen: undefined };
  const above: string[] = [];
  for (let y = first.y - 1; y >= 0 && above.length < ABOVE; y--) {
    const row = rows[y] ?? '';
    if (RULE.test(row)) break;
    const text = flat(row);
    if (text !== '') above.unshift(text);
  }
  const begun = above.flatMap((row) => BEGINS.exec(row)?.[0] ?? []);
  const asks = above.findLast((row) => row.endsWith('?')) ?? begun.at(-1) ?? above.at(-1);
  const chosen = list.filter((one) => one.marked);
  return {
    id: textHash([name, ...above, ...list.map(({ text }) => text)].join('\n'), NAME),
    choices: list.map(({ text }) => text),
    ...(asks !== undefined && { asks }),
    chosen: chosen.length === 1 && chosen[0] ? list.indexOf(chosen[0]) : undefined,
  };
}

/** How a choice is made: by its number, which some programs take at once, or by the arrows and Enter, each seen before the next key. */
export type AnswerKeys = 'digit' | 'arrows' | 'none';
