/** What the rest of gt asks of a host about the dialogs of programs, and what it is told. */

/** What a session's screen shows, without secrets: `id`, `choices` and `chosen` (from 0) of a dialog as core reads it. */
export type DialogSeen = {
  readonly state: string;
  readonly why: string;
  readonly dialog?: { readonly name: string; readonly kind: string; readonly enter: string };
  readonly login?: string;
  readonly id: string;
  readonly asks?: string;
  readonly choices: readonly string[];
  readonly chosen?: number;
  /** What is typed for each choice, where it takes words for them. */
  readonly words?: readonly string[];
  /** Its row waits for words, and none are typed. */
  readonly waits?: boolean;
  /** The row behind which they are typed. Absent from a host of before. */
  readonly row?: string;
  /** Its last rows as text. */
  readonly screen: string;
};

/** An answer to one dialog of session `id`. The id `answer` stands for it for ever. `choice` counts from 1, and is 0 where `text` is typed; `screen` is that of the program's preset. */
export type DialogAnswer = {
  readonly answer: string;
  readonly id: string;
  readonly dialog: string;
  readonly choice: number;
  readonly text?: string;
  readonly screen: object;
};

/**
 * - `answered`: its keys were pressed, and the dialog is gone. - `gone`: it was gone before. - `other`: another one was there instead, nothing was pressed.
 * - `stays`: it is there still; whether a key was pressed tells `pressed`. `seen` is what was seen last.
 */
export type DialogResult = {
  readonly outcome: 'answered' | 'gone' | 'other' | 'stays';
  readonly why: string;
  readonly pressed: boolean;
  readonly seen?: DialogSeen;
};

/** The part of a host that is about dialogs; needs the feature `dialog`. */
export interface Dialoguing {
  /** What a session's screen asks, judged by a preset's `screen`. Rejects with SESSION_UNKNOWN, PTY_GONE, BAD_REQUEST. */
  readDialog(id: string, screen: object): Promise<DialogSeen>;
  /**
   * Makes a choice in a dialog, once, however often it is asked for: a repeated id joins, or is told the outcome. Every key comes right after a look that found
   * the very same dialog. Rejects with SESSION_UNKNOWN, PTY_GONE (of an answer that is not known), BAD_REQUEST.
   */
  answerDialog(asked: DialogAnswer): Promise<DialogResult>;
}
