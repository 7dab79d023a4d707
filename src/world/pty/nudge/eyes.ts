/** Waiting, in front of one terminal: on what it prints and on the clock, on nothing else. */
import type { ScreenView } from '#core/screen-view';

/** Where time comes from: ms since 1970, and a call after some ms unless the returned function is called. */
export type Times = { readonly now: () => number; readonly after: (ms: number, run: () => void) => () => void };

/** A session as a nudge needs it. */
export type Seat = {
  /** What its screen shows, after all that has been printed so far. Rejects when it is forgotten. */
  readonly view: () => Promise<ScreenView>;
  /** What it shows in this very moment; undefined where that cannot be told, as in the middle of a drawing. */
  readonly now: () => ScreenView | undefined;
  /** Keys of people wait while this is true, but not for long. */
  readonly keep: (isTyping: boolean) => void;
  /** Resolves when the terminal has it all. Rejects with PTY_STALLED, PTY_BUSY or PTY_GONE. */
  readonly write: (bytes: string) => Promise<void>;
  /** Calls back at each chunk of output, until the returned function is called. */
  readonly onOutput: (listener: () => void) => () => void;
  /** When a person last typed, ms since 1970. */
  readonly typedAt: () => number;
  /** Resolves when the session has ended and all of its output was seen. */
  readonly over: Promise<void>;
};

/** Longest wait without a look, ms: a timer takes no more than some days. */
const LONGEST_MS = 3_600_000;

/** The session has ended. */
export class Over extends Error {
  override readonly name = 'Over';
}

/** Nothing more may be done here: another process goes on, perhaps. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** The eyes on one session. */
export class Eyes {
  readonly #seat: Seat;
  readonly #times: Times;
  readonly #sleepers = new Set<(isWoken: boolean) => void>();
  readonly #deaf: () => void;
  #outputs = 0;
  #seen = -1;
  #isWoken = false;
  #isOver = false;
  #isStopped = false;

  constructor(seat: Seat, times: Times) {
    this.#seat = seat;
    this.#times = times;
    this.#deaf = seat.onOutput(() => {
      this.#outputs++;
      this.#rouse(true);
    });
    void seat.over.then(() => {
      this.#isOver = true;
      this.#rouse(false);
    });
  }

  /** Chunks of output so far. */
  get outputs(): number {
    return this.#outputs;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Throws Stopped after `stop`, and Over when the session has ended. */
  check(): void {
    if (this.#isStopped) throw new Stopped();
    if (this.#isOver) throw new Over();
  }

  /** What the screen shows. Throws Over and Stopped. */
  async view(): Promise<ScreenView> {
    this.check();
    this.#seen = this.#outputs;
    this.#isWoken = false;
    let view: ScreenView | undefined;
    try {
      view = await this.#seat.view();
    } catch {}
    this.check();
    if (!view) throw new Over();
    return view;
  }

  /** Waits until something was printed since the last look, somebody calls `wake`, or `ms` have passed. Throws Over and Stopped. */
  async rest(ms: number): Promise<void> {
    this.check();
    if (this.#outputs === this.#seen && !this.#isWoken && ms > 0) await this.#sleep(ms, true);
    this.check();
  }

  /** Waits `ms`, whatever is printed. Throws Over and Stopped. */
  async pause(ms: number): Promise<void> {
    this.check();
    if (ms > 0) await this.#sleep(ms, false);
    this.check();
  }

  /** Something that is no output has changed. */
  wake(): void {
    this.#isWoken = true;
    this.#rouse(true);
  }

  /** Whoever waits here, or comes to, is sent away. */
  stop(): void {
    this.#isStopped = true;
    this.#deaf();
    this.#rouse(false);
  }

  /** `isLight`: only those who wait for output. */
  #rouse(isLight: boolean): void {
    for (const sleeper of [...this.#sleepers]) sleeper(isLight);
  }

  #sleep(ms: number, isWaked: boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#sleepers.delete(sleeper);
        resolve();
      };
      const sleeper = (isLight: boolean) => {
        if (isWaked || !isLight) end();
      };
      const cancel = this.#times.after(Math.min(ms, LONGEST_MS), end);
      this.#sleepers.add(sleeper);
    });
  }
}
