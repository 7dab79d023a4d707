import type { Open } from './dialogs.ts';
import type { Look } from './look.ts';
import { clip, type Frame, fillRow, widthOf, wrap } from './paint.ts';

/** All that the screen shows at a moment. */
export type Scene = {
  phase: 'start' | 'prompt' | 'ready';
  /** Since when a turn runs, ms. */
  busySince: number | undefined;
  /** A try that failed: what is said while the next is waited for. */
  retrying: { readonly retry: number; readonly try: number; readonly tries: number } | undefined;
  /** The percentage of the context that is used. */
  context: number | undefined;
  /** A word in the place of the footer, such as that a key ends the program if pressed again. */
  note: string | undefined;
  /** What the conversation is called: how its first text began. */
  topic: string | undefined;
  /** Its history is being made short. */
  compacting: boolean;
  /** How many frames were drawn. */
  beats: number;
};

export type Showing = {
  readonly scene: Scene;
  readonly draft: string;
  readonly isFolded: boolean;
  readonly queue: readonly string[];
  readonly dialog: Open | undefined;
  readonly values: Readonly<Record<string, string>>;
  readonly now: number;
};

/** The live rows of a program: what it does, what waits, the box or a dialog, the footer. */
export function frameOf(look: Look, showing: Showing, cols: number): Frame {
  const { scene, dialog, queue } = showing;
  const values = valuesOf(look, showing);
  const fill = (row: string) => fillRow(row, values, cols);
  const busy = scene.busySince !== undefined;
  const { retrying } = look.says;
  const trying = scene.retrying && retrying !== '' && !look.footers.retrying ? ['', fill(retrying), ''] : undefined;
  const short = scene.compacting ? ['', fill(look.says.compacting), ''] : undefined;
  const working = short ?? trying ?? (busy && !dialog ? look.working.map(fill) : []);
  if (dialog) {
    const rows = [...working, ...dialogRows(dialog, fill)];
    return { rows, cursor: { x: 0, y: rows.length - 1, hidden: true } };
  }
  const waits = queue.length === 0 ? [] : queueRows(look, queue, fill, cols);
  if (scene.phase === 'start') return { rows: ['', ...working], cursor: { x: 0, y: 0 } };
  const { rows: box, cursor } = boxRows(look, showing, fill, cols);
  const rows = [...working, ...waits, ...box, ...footer(look, showing, fill).map((row) => clip(row, cols))];
  const boxAt = working.length + waits.length;
  const hidden = look.draws_cursor;
  return {
    rows,
    cursor: look.cursor === 'box' ? { x: cursor.x, y: boxAt + cursor.y, hidden } : { x: 0, y: rows.length - 1, hidden },
  };
}

/** The window's title. */
export function titleOf(look: Look, showing: Showing): string | undefined {
  const { scene, dialog } = showing;
  const { titles } = look;
  const plain = scene.phase === 'ready' ? titles.ready : (titles.start ?? titles.ready);
  // what is asked at a start comes before the title of a conversation
  const asking = scene.phase === 'start' ? plain : (titles.dialog ?? plain);
  const said = dialog ? (dialog.look.title ?? asking) : scene.busySince !== undefined ? (titles.busy ?? plain) : plain;
  return said === undefined ? undefined : fillRow(said, valuesOf(look, showing), 80).padEnd(said === '' ? 0 : titles.width);
}

function valuesOf(look: Look, { scene, values, now }: Showing): Record<string, string | number | undefined> {
  const seconds = Math.floor((now - (scene.busySince ?? now)) / 1000);
  return {
    ...values,
    ...scene.retrying,
    seconds,
    topic: scene.topic === undefined ? look.topic.none : fillRow(look.topic.some, { text: scene.topic }, 80),
    spin: look.spin[scene.beats % look.spin.length],
    // what is shown of a context that nobody spoke of
    percent: scene.context ?? 0.9,
  };
}

function dialogRows(dialog: Open, fill: (row: string) => string): string[] {
  const { look, chosen } = dialog;
  const blank = look.blank ?? ' '.repeat(widthOf(look.mark));
  const options = look.options.map((option, at) => fill(`${at === chosen ? look.mark : blank}${option.text}`));
  return [...look.rows.map(fill), ...options, ...look.foot.map(fill)];
}

function queueRows(look: Look, queue: readonly string[], fill: (row: string) => string, cols: number): string[] {
  const each = queue.flatMap((text) => wrap(text, cols - 8).map((row) => fillRow(look.queued.each, { text: row }, cols)));
  return [...look.queued.above.map(fill), ...each, ...look.queued.below.map(fill)];
}

function boxRows(look: Look, { draft, queue, scene }: Showing, fill: (row: string) => string, cols: number): Frame {
  const { above, mark, rest, below, most, pen, fresh } = look.box;
  const bare = (scene.phase !== 'ready' && !look.blind_start) || (fresh && scene.topic !== undefined);
  const placeholder = bare ? '' : fill((queue.length > 0 ? look.box.waiting : undefined) ?? look.box.placeholder);
  const cursor = look.draws_cursor ? '\x1b[7m \x1b[0m' : '';
  const lines = wrap(draft, Math.max(1, cols - widthOf(mark) - 1)).slice(-most);
  const typed = lines.map((row, at) => (at === 0 ? mark : rest) + row);
  const last = typed.length - 1;
  const x = widthOf(typed[last] ?? '');
  // a cursor that is drawn stands on the first character
  const [first = '', others = ''] = look.draws_cursor ? [placeholder.slice(0, 1), placeholder.slice(1)] : ['', placeholder];
  const empty = placeholder === '' ? cursor : `${first && `\x1b[7m${first}\x1b[0m`}\x1b[${pen}m${others}\x1b[0m`;
  const shown = typed.map((row, at) => (at < last ? row : row + (draft === '' ? empty : cursor)));
  const rows = [...above.map(fill), ...shown, ...below.map(fill)];
  return { rows, cursor: { x, y: above.length + last } };
}

function footer(look: Look, { scene, draft, isFolded }: Showing, fill: (row: string) => string): string[] {
  const context = scene.context !== undefined && look.says.context !== undefined ? [fill(look.says.context)] : [];
  if (scene.note !== undefined) return [`  ${scene.note}`, ...context];
  const { footers } = look;
  const idle = scene.phase === 'ready' ? (draft === '' ? footers.ready : (footers.draft ?? footers.ready)) : footers.start;
  const busy = (scene.retrying && footers.retrying) || footers.busy;
  const rows = isFolded && footers.folded ? footers.folded : scene.busySince !== undefined ? busy : idle;
  return [...rows.map(fill), ...context];
}
