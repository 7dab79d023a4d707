/** What of a dialog is asked for and how far that has come, and what a screen shows of it. */
import { flat, readDialog } from '#core/dialog';
import type { Signs } from '#core/screen-signs';
import { classify } from '#core/screen-state';
import type { ScreenView } from '#core/screen-view';
import type { DialogResult, DialogSeen } from './asked.ts';

/** A row that ends so waits for words. */
const WAITS = /[:?>❯›]$/u;

/** What is asked for, and how far it has come. */
export type Choice = {
  readonly answer: string;
  readonly session: string;
  readonly dialog: string;
  /** From 1; 0 where words are typed. */
  readonly choice: number;
  readonly text?: string;
  /** The preset's screen, as it came. */
  readonly data: object;
  /** A key that decides was pressed. */
  pressed: boolean;
  /** Of that the last, Enter; absent from a host of before. */
  entered?: boolean;
  /** What is to stand in its row before Enter: words are typed behind what stood there. */
  typed?: string;
  result?: DialogResult;
};

/** A screen, judged and read. */
export function seenOf(view: ScreenView, signs: Signs, free: (text: string) => string): DialogSeen {
  const { state, dialog, why, login } = classify(view, signs);
  const rows = view.rows.map(({ text }) => text);
  const { id, asks, choices, chosen, typing } = readDialog(rows, { why, ...(dialog && { dialog }) });
  const isDialog = state === 'dialog';
  const row = typing ? `${typing.row} ${typing.typed}`.trim() : flat(rows[view.cursor.y] ?? '');
  // Words are typed where the cursor shows that it waits for them.
  const waits = typing ? typing.typed === '' : choices.length === 0 && !view.cursor.hidden && WAITS.test(row);
  return {
    state,
    why: free(why),
    ...(dialog && { dialog }),
    ...(login !== undefined && { login: free(login) }),
    id,
    ...(isDialog && asks !== undefined && { asks: free(asks) }),
    choices: isDialog ? choices.map(free) : [],
    ...(isDialog && chosen !== undefined && { chosen }),
    ...(isDialog && typing && { words: typing.words }),
    ...(isDialog && waits && { waits }),
    row: free(row),
    screen: free(rows.join('\n')),
  };
}
