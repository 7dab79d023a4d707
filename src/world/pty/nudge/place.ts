/** Where a nudge is typed, what was seen there, and how that is told. */
import { showsEnd } from '#core/nudge-text';
import type { Classified } from '#core/screen-state';
import { classify } from '#core/screen-state';
import type { ScreenView } from '#core/screen-view';
import type { NudgeResult, Outcome } from './asked.ts';
import type { Eyes, Seat, Times } from './eyes.ts';
import type { Nudge } from './nudge.ts';

/** Between two looks that must agree, ms. */
export const STEADY_MS = 120;
/** No key of a person for so long, ms. */
export const QUIET_MS = 3_000;
/** How long a dialog is waited for, and how long an input that does not show, ms. */
export const DIALOG_MS = 10 * 60_000;
export const HIDDEN_MS = 10_000;
/** Rows in which the end of a text is looked for that fills its input. */
const LAST_ROWS = 14;
/** Rows of the last screen that are told, for people. */
const TOLD_ROWS = 20;

/** What a sending works with. */
export type Place = {
  readonly seat: Seat;
  readonly eyes: Eyes;
  readonly times: Times;
  /** Keeps the step on disk before it is made. */
  readonly note: (nudge: Nudge) => void;
  /** Puts a text into a file, and answers what is typed instead. */
  readonly byFile: (nudge: Nudge) => string;
  /** Keys of people wait while this is true. */
  readonly hold: (isTyping: boolean) => void;
};

/** A screen, judged. */
export type Seen = Classified & { readonly view: ScreenView };

/** The nudge was settled by somebody else. */
export class Settled extends Error {
  override readonly name = 'Settled';
}

/** An ending, with what was seen last. */
export function told(outcome: Outcome, why: string, seen?: Seen): NudgeResult {
  if (!seen) return { outcome, why };
  const screen = seen.view.rows
    .slice(-TOLD_ROWS)
    .map((row) => row.text)
    .join('\n');
  return { outcome, why, state: seen.state, screen };
}

/** Judges a screen for a nudge that may stand in its input. A text that fills the screen leaves no place for the mark before it: it is known by its end. */
export function judge({ typed, program }: Nudge, view: ScreenView): Seen {
  const seen = { ...classify(view, program.signs), view };
  const rows = view.rows.slice(-LAST_ROWS).map((row) => row.text);
  const isLong = seen.state !== 'dialog' && seen.draft === undefined && showsEnd(rows, typed);
  return isLong ? { ...seen, draft: typed.slice(1) } : seen; // whether all of it stands there is not seen
}
