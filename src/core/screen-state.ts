import type { DialogSigns, Sign, Signs } from './screen-signs.ts';
import type { Prompt, ScreenView, ViewRow } from './screen-view.ts';
import { findPrompt, isChoice } from './screen-view.ts';

/** What a program is doing, by its screen. In a `dialog` an Enter answers; `limited` and `idle` show a prompt that takes text. */
type ScreenState = 'dialog' | 'busy' | 'limited' | 'idle' | 'unknown';

/** What a screen says. Texts are the rows in which a sign was seen. */
export type Classified = {
  readonly state: ScreenState;
  /** Which dialog; `unknown` for one that only looks like one. */
  readonly dialog?: { readonly name: string; readonly kind: string; readonly enter: string };
  /** What is typed and not sent; undefined where no input shows. */
  readonly draft: string | undefined;
  readonly placeholder?: string;
  /** Whether an Enter at the prompt counts. */
  readonly ready: boolean;
  readonly queued?: string;
  readonly login?: string;
  readonly failed?: string;
  readonly limited?: string;
  readonly retrying?: string;
  /** What its sign matched, without the rest of the row. */
  readonly context?: string;
  /** Its context is full: only of a program at rest. */
  readonly full?: string;
  /** What made it that state, for people. */
  readonly why: string;
};

/** Rows of a screen that are looked at, counted from the last, those left out that are empty. */
const LAST_ROWS = 14;
/** Rows of a footer: below the prompt, or without one. */
const FOOTER_ROWS = 4;
const FOOTER_ALONE = 3;
/** Rows above the prompt in which a program stands that has just ended its turn: its last words, and what it says of the turn. */
const SAID_ROWS = 4;
/** Rows that ask for a key, whatever the program. */
const ASKING =
  /[([](?:y\/n|yes\/no)[)\]]|\b(?:esc|escape) to (?:cancel|exit|go back|reject|close)\b|\bpress (?:enter|return|any key|y) to\b|\benter to (?:confirm|continue|select|accept|approve|proceed)\b/iu;

type Place = { readonly y: number; readonly text: string };

class Look {
  readonly view: ScreenView;
  readonly prompt: Prompt | undefined;
  readonly #last: Place[];
  readonly #footer: Place[];

  constructor(view: ScreenView, signs: Signs) {
    this.view = view;
    this.prompt = findPrompt(view, signs.mark, signs.placeholder);
    const all = view.rows.map(({ text }: ViewRow, y): Place => ({ y, text }));
    const shown = all.filter(({ text }) => text.trim() !== '');
    const first = shown.at(-LAST_ROWS)?.y ?? 0;
    this.#last = all.filter(({ y }) => y >= first || y === view.cursor.y);
    const { prompt } = this;
    this.#footer = prompt ? shown.filter(({ y }) => y >= prompt.to).slice(-FOOTER_ROWS) : shown.slice(-FOOTER_ALONE);
  }

  /** Rows where a sign is looked for. */
  rows(where: Sign['where']): readonly Place[] {
    const { title, cursor, rows } = this.view;
    if (where === 'title') return [{ y: Number.POSITIVE_INFINITY, text: title }];
    if (where === 'row') return [{ y: cursor.y, text: rows[cursor.y]?.text ?? '' }];
    return where === 'footer' ? this.#footer : this.#last;
  }

  /** The lowest row that shows the sign. */
  find({ where, match }: Sign): Place | undefined {
    return this.rows(where).findLast(({ text }) => match.test(text));
  }

  /** The lowest row that shows one of the signs and stands right above the prompt, without rules and empty rows. */
  said(signs: readonly Sign[]): Place | undefined {
    const { prompt } = this;
    if (!prompt) return undefined;
    const above = this.#last.filter(({ y, text }) => y < prompt.from && /[\p{L}\p{N}]/u.test(text)).slice(-SAID_ROWS);
    return above.findLast(({ text }) => signs.some(({ match }) => match.test(text)));
  }

  /** Whether it is anywhere on the screen. */
  shows({ where, match }: Sign): boolean {
    return where === 'title' ? match.test(this.view.title) : this.view.rows.some(({ text }) => match.test(text));
  }

  first(signs: readonly Sign[]): Place | undefined {
    for (const sign of signs) {
      const found = this.find(sign);
      if (found) return found;
    }
    return undefined;
  }
}

/** A prompt that is ready shows it by all its signs; of these the placeholder is gone when something is typed. */
function isReady(look: Look, signs: Signs): boolean {
  if (!look.prompt) return false;
  const isGone = (sign: Sign) => sign.where === 'screen' && sign.match.source === signs.placeholder?.source;
  return signs.ready.every((sign) => isGone(sign) || look.find(sign) !== undefined);
}

/**
 * A dialog that is known. What stands above a prompt that is at work is the program's history, in which a model may show anything; but only the preset's own
 * mark, with the signs that belong to it, proves such a prompt, and a program that fills the screen may draw a dialog anywhere.
 */
function knownDialog(look: Look, signs: Signs, isPromptAtWork: boolean): DialogSigns | undefined {
  const { prompt, view } = look;
  return signs.dialogs.find((dialog) => {
    const places = dialog.signs.map((sign) => look.find(sign));
    if (!places.every((place) => place !== undefined)) return false;
    const isHistory = isPromptAtWork && !view.alternate && prompt?.by === 'mark';
    return !isHistory || places.some((place) => place.y >= prompt.to);
  });
}

/** A row below the prompt, or the last ones where there is none, that looks like a question or a choice. */
function unknownDialog(look: Look, signs: Signs): Place | undefined {
  const { prompt, view } = look;
  const from = prompt ? (prompt.by === 'cursor' ? prompt.from : prompt.to) : 0;
  // what is taken for an input without a mark of its own may be a dialog in a frame
  const chosenFrom = prompt?.by === 'mark' ? prompt.to : (prompt?.from ?? 0);
  const known = [...signs.busy, ...signs.retrying, ...signs.queued, ...signs.ready, ...signs.context];
  const isKnown = (text: string) => known.some((sign) => sign.where !== 'title' && sign.match.test(text));
  return look
    .rows('screen')
    .find(({ y, text }) => (y >= chosenFrom && isChoice(view.rows, y)) || (y >= from && ASKING.test(text) && !isKnown(text)));
}

function stateOf(look: Look, signs: Signs): Pick<Classified, 'state' | 'dialog' | 'why'> {
  const busy = look.first([...signs.busy, ...signs.retrying]);
  const isBusyForCertain = look.first(signs.busy.filter(({ where }) => where === 'title' || where === 'footer')) !== undefined;
  const ready = isReady(look, signs);
  const known = knownDialog(look, signs, isBusyForCertain || (ready && signs.ready.length > 0));
  const asking = known ? undefined : unknownDialog(look, signs);
  // the heading of a tall dialog is further up
  const dialog = known ?? (asking && signs.dialogs.find((one) => one.signs.every((sign) => look.shows(sign))));
  if (dialog) {
    const { name, kind, enter } = dialog;
    return { state: 'dialog', dialog: { name, kind, enter }, why: `the dialog \`${name}\` is open` };
  }
  if (asking) {
    const why = `it asks something that its preset does not know: ${asking.text.trim()}`;
    return { state: 'dialog', dialog: { name: 'unknown', kind: 'unknown', enter: 'unknown' }, why };
  }
  if (busy) return { state: 'busy', why: `it is busy: ${busy.text.trim()}` };
  const limited = look.first(signs.limited);
  if (limited) return { state: 'limited', why: `it is limited: ${limited.text.trim()}` };
  if (ready) return { state: 'idle', why: 'its prompt is ready' };
  return { state: 'unknown', why: look.prompt ? 'its prompt is not ready' : 'no prompt shows' };
}

/** What a screen says of its program: dialog before busy before limited before idle. */
export function classify(view: ScreenView, signs: Signs): Classified {
  const look = new Look(view, signs);
  const told = stateOf(look, signs);
  const texts = (['queued', 'login', 'failed', 'limited', 'retrying'] as const).flatMap((list) => {
    const found = look.first(signs[list]);
    return found ? [[list, found.text.trim()] as const] : [];
  });
  const share = signs.context.flatMap((sign) => sign.match.exec(look.find(sign)?.text ?? '')?.[0] ?? [])[0];
  const full = told.state === 'idle' ? look.said(signs.full) : undefined;
  const { prompt } = look;
  const isOpen = told.state !== 'dialog';
  return {
    ...told,
    ...Object.fromEntries(texts),
    ...(share !== undefined && { context: share.trim() }),
    ...(full && { full: full.text.trim() }),
    // what stands behind a dialog is not known
    draft: isOpen ? prompt?.draft : undefined,
    ready: isOpen && isReady(look, signs),
    ...(isOpen && prompt?.placeholder && { placeholder: prompt.placeholder }),
  };
}
