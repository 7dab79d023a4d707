/**
 * What a stand-in notes of what it did: one of these a line, with `at` (ms since 1970) and, by a program, its `pid`, or, by a
 * server, the `tty` that it plays on.
 */
export type Note =
  | { readonly kind: 'started'; readonly session: string; readonly mode: string; readonly words: readonly string[] }
  /** What the terminal answered in time, of so many questions. */
  | { readonly kind: 'asked'; readonly answered: number; readonly of: number; readonly after_ms: number }
  | { readonly kind: 'ready' }
  /** A text was taken, exactly once. `id` is its `#<n>`; `glued`: it is of more than one hand; `busy`: it waits in the queue. */
  | { readonly kind: 'submit'; readonly id?: string; readonly text: string; readonly glued: boolean; readonly busy: boolean }
  /** What began with a slash or an exclamation mark, and so reached no model. */
  | { readonly kind: 'command'; readonly text: string }
  /** An Enter that sent nothing. */
  | { readonly kind: 'enter'; readonly did: 'newline' | 'lost' | 'empty' | 'early' }
  | { readonly kind: 'delivered'; readonly texts: readonly string[]; readonly how: 'tool' | 'turn' }
  /** It has risen, and then the terminal has all of it. */
  | { readonly kind: 'dialog' | 'shown'; readonly name: string }
  | {
      readonly kind: 'answered';
      readonly name: string;
      readonly by: 'enter' | 'digit' | 'esc' | 'person';
      readonly option: string;
      readonly does: string;
      /** How long it had stood there, ms. */
      readonly after_ms: number;
    }
  /** An Enter that would have answered one that had just risen. */
  | { readonly kind: 'deaf'; readonly name: string; readonly after_ms: number }
  /** Text that came while a dialog stood there. */
  | { readonly kind: 'unheard'; readonly dialog: string; readonly text: string }
  | {
      readonly kind: 'turn';
      readonly n: number;
      readonly ended: 'answered' | 'interrupted' | 'limited' | 'failed' | 'full' | 'login' | 'refused';
    }
  /** What a hook said: context for the model, a reason to go on, a tool refused. */
  | {
      readonly kind: 'hook';
      readonly moment: string;
      readonly context?: string;
      readonly block?: string;
      readonly refused?: string;
    }
  | { readonly kind: 'tool'; readonly name: string; readonly pid?: number; readonly refused?: boolean }
  | { readonly kind: 'session'; readonly session: string; readonly why: string }
  /** A draft that was put aside. */
  | { readonly kind: 'stashed'; readonly text: string }
  | { readonly kind: 'cleared' | 'interrupted' | 'rewind' }
  | { readonly kind: 'ended'; readonly why: string; readonly code?: number; readonly signal?: number };

/** A text's number: what stands behind the first `#`. */
export const numberIn = (text: string): string | undefined => /#(\d+)/.exec(text)?.[1];
