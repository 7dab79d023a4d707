/** What the rest of gt asks of a host about nudges, and what it is told. */
import type { Classified } from '#core/screen-state';

/**
 * - `wait-idle` waits until the program has nothing to do. - `queue` also goes to a busy program that puts input in a queue of its own.
 * - `immediate` goes at once or not at all. None is typed into a dialog or behind a draft.
 */
export type Mode = 'wait-idle' | 'queue' | 'immediate';

/**
 * - `taken`: the program has it. - `not-sent`: it has not, and its input does not hold it: may be asked again. - `draft-left`: the input holds it; asked
 * again, only Enter is pressed. - `unknown`: an Enter was pressed and what came of it was not seen: never to be repeated blindly.
 * - `expired`, `superseded` (by a later one with the same key), `withdrawn`: before anything was typed.
 */
export type Outcome = 'taken' | 'not-sent' | 'draft-left' | 'unknown' | 'expired' | 'superseded' | 'withdrawn';

/** How a nudge ended; `why` is for people, `state` and `screen` (the last rows as text) tell what was seen last. */
export type NudgeResult = {
  readonly outcome: Outcome;
  readonly why?: string;
  readonly state?: string;
  readonly screen?: string;
};

/** How far it has come: nothing typed, the text typed, an Enter pressed. */
export type Step = 'waiting' | 'pasted' | 'entered';

/** A nudge for session `id`. The id `nudge` stands for it for ever; `screen`, `submit` and `keys` are those of the program's preset. Times are ms since 1970. */
export type NudgeAsked = {
  readonly nudge: string;
  readonly id: string;
  readonly text: string;
  readonly mode: Mode;
  /** Takes the place of one with the same key that was not begun. */
  readonly key?: string;
  /** A day from now unless said, and at most. */
  readonly expiresAt?: number;
  readonly screen: object;
  readonly submit?: object;
  readonly keys?: object;
  readonly terminal?: object;
};

/** A nudge that is under way, or that ended undelivered. */
export type NudgeListed = {
  readonly nudge: string;
  readonly id: string;
  readonly mode: Mode;
  readonly step: Step | Outcome;
  /** When it was asked for first. */
  readonly since: number;
  /** What keeps it from going on, or how it ended. */
  readonly why: string;
};

/** What a session's screen says now, with its title and its rows as text. `typedAt`: when a person last typed into it (ms), 0 if nobody did; older hosts do not tell. */
export type Looked = Classified & { readonly title: string; readonly screen: string; readonly typedAt?: number };

/** The part of a host that is about nudges; needs the feature `nudge`. */
export interface Nudging {
  /**
   * Types a text into a session and sends it, once, however often it is asked for: a repeated id joins, or is told the first outcome; only `not-sent` and
   * `draft-left` are tried again. Resolves at its end, which may be hours away. Lost connections do not end it. Rejects with SESSION_UNKNOWN, PTY_GONE (of
   * a nudge that is not known), BAD_REQUEST, NUDGES_FULL.
   */
  nudge(asked: NudgeAsked): Promise<NudgeResult>;
  /** Takes a nudge back, if nothing of it was typed. */
  withdraw(nudge: string): Promise<{ readonly withdrawn: boolean; readonly outcome?: Outcome }>;
  /** The program itself has told that it has the text: it is `taken`, whatever its screen says. */
  ackNudge(nudge: string): Promise<{ readonly acked: boolean }>;
  /** Of one session or of all: what is under way, and what ended undelivered; the newest 500. */
  nudges(id?: string): Promise<NudgeListed[]>;
  /** What a session's screen says now, judged by a preset's `screen`. */
  look(id: string, screen: object): Promise<Looked>;
}
