/** One nudge: what is to be typed, how far that has come, and how it ended. */
import type { Mode, NudgeResult, Step } from './asked.ts';
import type { Program } from './program.ts';

/** What is asked for. Times are ms since 1970. */
export type NudgeOrder = {
  readonly nudge: string;
  readonly session: string;
  readonly text: string;
  readonly mode: Mode;
  readonly key?: string;
  readonly expiresAt: number;
  /** As it came: `program` is made of it. */
  readonly data: unknown;
};

/** A nudge as plain data, for another process. `typed` is what was typed, which is not the text where that went by a file. */
export type NudgeState = NudgeOrder & {
  readonly since: number;
  readonly step: Step;
  readonly typed: string;
  readonly enters: number;
  readonly pastedAt: number;
  readonly enteredAt: number;
  /** Absent from a host of before, of which nothing is known. */
  readonly wasBusy?: boolean;
  readonly result?: NudgeResult;
};

/** A nudge under way, or ended. */
export class Nudge {
  #order: NudgeOrder;
  readonly program: Program;
  readonly since: number;
  step: Step = 'waiting';
  typed = '';
  /** Enters pressed. */
  enters = 0;
  /** When the text was typed, and when Enter was pressed last. */
  pastedAt = 0;
  enteredAt = 0;
  /** The program was busy when Enter was pressed, and has not been seen at rest since. */
  wasBusy = false;
  /** What keeps it from going on, for people. */
  why = '';
  result: NudgeResult | undefined;
  done: Promise<NudgeResult>;
  #tell: (result: NudgeResult) => void = () => undefined;

  constructor(order: NudgeOrder, program: Program, since: number) {
    this.#order = order;
    this.program = program;
    this.since = since;
    this.done = this.#open();
  }

  /** Takes over what another process knew. */
  static restore(state: NudgeState, program: Program): Nudge {
    const { since, step, typed, enters, pastedAt, enteredAt, wasBusy = true, result, ...order } = state;
    const nudge = new Nudge(order, program, since);
    Object.assign(nudge, { step, typed, enters, pastedAt, enteredAt, wasBusy });
    if (result) nudge.settle(result);
    return nudge;
  }

  /** Ends this attempt. */
  settle(result: NudgeResult): void {
    this.result = result;
    this.#tell(result);
  }

  get order(): NudgeOrder {
    return this.#order;
  }

  /** Puts a shorter text in the place of its own. */
  shorten(text: string): void {
    this.#order = { ...this.#order, text };
    if (text === '') this.typed = '';
  }

  /** Begins another attempt. */
  again(): void {
    this.result = undefined;
    this.done = this.#open();
  }

  state(): NudgeState {
    const { order, since, step, typed, enters, pastedAt, enteredAt, wasBusy, result } = this;
    return { ...order, since, step, typed, enters, pastedAt, enteredAt, wasBusy, ...(result && { result }) };
  }

  #open(): Promise<NudgeResult> {
    return new Promise((resolve) => {
      this.#tell = resolve;
    });
  }
}
