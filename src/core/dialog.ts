import type { Classified } from './screen-state.ts';
import { textHash } from './text-hash.ts';

/** A dialog as its rows tell it. */
export type DialogRead = {
  /** Stands for its words: another dialog has another one. */
  readonly id: string;
  /** Its numbered rows, without number and mark, in order; none where it does not number them. */
  readonly choices: readonly string[];
  /** Its question: of the rows above the choices the last that ends as one. */
  readonly asks?: string;
  /** Which of them the mark stands at, from 0. */
  readonly chosen: number | undefined;
};

const NUMBERED = /^[\s│┃║|]*(?:([❯›>●○▶◉•*])\s*)?(\d{1,2})[.)]\s+(\S.*)$/u;
const MARKS = /[❯›>●▶◉•*]/u;
/** Frames at the sides of a row. */
const FRAME = /^[\s│┃║|]+|[\s│┃║|]+$/gu;
const RULE = /^[\s│┃║╭╮╰╯┌┐└┘├┤]*[─━═╌╍┄┈▁▔]{3,}/u;
/** Rows between two choices: a choice may be wrapped, or explained. */
const BETWEEN = 4;
/** Rows above the choices that belong to the question. */
const ABOVE = 12;
const NAME = 12;

type Choice = { readonly y: number; readonly n: number; readonly text: string; readonly marked: boolean };

/** The last list of a screen that counts from 1. */
function lastList(rows: readonly string[]): Choice[] {
  let list: Choice[] = [];
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

const flat = (row: string): string => row.replace(FRAME, '').replace(/\s+/gu, ' ').trim();

/** Reads the dialog that a screen shows. @param shown what its screen was judged to be */
export function readDialog(rows: readonly string[], { dialog, why }: Pick<Classified, 'dialog' | 'why'>): DialogRead {
  const list = lastList(rows);
  const name = dialog?.name ?? '';
  const [first] = list;
  const marked = list.filter((one) => one.marked);
  if (!first) return { id: textHash(`${name}\n${why.replace(/\d+/g, '#')}`, NAME), choices: [], chosen: undefined };
  const above: string[] = [];
  for (let y = first.y - 1; y >= 0 && above.length < ABOVE; y--) {
    const row = rows[y] ?? '';
    if (RULE.test(row)) break;
    const text = flat(row);
    if (text !== '') above.unshift(text);
  }
  const asks = above.findLast((row) => row.endsWith('?')) ?? above.at(-1);
  return {
    id: textHash([name, ...above, ...list.map(({ text }) => text)].join('\n'), NAME),
    choices: list.map(({ text }) => text),
    ...(asks !== undefined && { asks }),
    chosen: marked.length === 1 && marked[0] ? list.indexOf(marked[0]) : undefined,
  };
}

/** How a choice is made: by its number, which some programs take at once, or by the arrows and Enter, each seen before the next key. */
export type AnswerKeys = 'digit' | 'arrows' | 'none';
