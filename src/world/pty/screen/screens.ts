/** The turns of a host's screens: many that are noisy must not keep back one that is quiet, nor the rest of the host. */
import { performance } from 'node:perf_hooks';
import type { Screen } from './screen.ts';

/**
 * Parsing per turn, ms: what comes in between turns is read first, so a short turn is a quick echo, and it costs no throughput: what is not parsed is soon
 * not read either.
 */
const TURN_MS = 2;
/** A backlog up to which a screen counts as quiet, in bytes: about one read of the kernel. */
const QUIET = 4096;
/** How often screens are looked at that might go to sleep, ms. */
const CHECK_MS = 5_000;

/** Where time comes from. */
export type ScreensDeps = {
  /** Time in ms since 1970. */
  readonly now: () => number;
  /** Calls back after some ms, unless the returned function is called. Must not keep the process alive. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Calls back in the next turn of the event loop, when others had theirs. */
  readonly later: (run: () => void) => void;
  /** A stopwatch, ms. */
  readonly spent: () => number;
};

/** Timers and turns of the process itself. */
export function systemTurns(now: () => number): ScreensDeps {
  return {
    now,
    after: (ms, run) => {
      const timer = setTimeout(run, ms).unref();
      return () => clearTimeout(timer);
    },
    later: (run) => void setImmediate(run),
    spent: () => performance.now(),
  };
}

/** All screens that want something. */
export class Screens {
  readonly deps: ScreensDeps;
  readonly #wanting = new Set<Screen>();
  readonly #live = new Set<Screen>();
  #isPlanned = false;
  #isChecking = false;

  constructor(deps: ScreensDeps) {
    this.deps = deps;
  }

  /** Gives this screen its turn soon. */
  wants(screen: Screen): void {
    this.#wanting.add(screen);
    this.#plan();
  }

  /** Forgets a screen whose session is forgotten. */
  drop(screen: Screen): void {
    this.#wanting.delete(screen);
    this.#live.delete(screen);
    screen.dispose();
  }

  /**
   * One turn: the quietest screens first, then as many loud ones as fit, one of each at least, those next time that did not. At most one wakes, or one goes to sleep: both take
   * longer than a turn should.
   */
  turn(): void {
    const { spent } = this.deps;
    const all = [...this.#wanting];
    const quiet = all.filter((screen) => screen.isLive && screen.backlog <= QUIET).sort((a, b) => a.backlog - b.backlog);
    const began = spent();
    let hasWoken = false;
    for (const screen of quiet) {
      this.#serve(screen);
      if (spent() - began >= TURN_MS) break;
    }
    for (const screen of all) {
      if (!this.#wanting.has(screen) || quiet.includes(screen)) continue;
      if (!screen.isLive && hasWoken) continue;
      hasWoken ||= !screen.isLive;
      this.#serve(screen);
      if (spent() - began >= TURN_MS) break;
    }
    const tired = hasWoken ? undefined : [...this.#live].find((screen) => screen.isTired);
    if (tired) {
      tired.sleep();
      this.#live.delete(tired);
    }
    if (this.#wanting.size > 0 || [...this.#live].some((screen) => screen.isTired)) this.#plan();
    this.#check();
  }

  #serve(screen: Screen): void {
    const { spent } = this.deps;
    this.#wanting.delete(screen);
    const began = spent();
    if (screen.isWanting) screen.parse(() => spent() - began >= TURN_MS);
    if (screen.isLive) this.#live.add(screen);
    if (screen.isWanting) this.#wanting.add(screen); // behind the others
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.deps.later(() => {
      this.#isPlanned = false;
      this.turn();
    });
  }

  /** While any screen is live, looks from time to time whether one is tired. */
  #check(): void {
    if (this.#isChecking || this.#live.size === 0) return;
    this.#isChecking = true;
    this.deps.after(CHECK_MS, () => {
      this.#isChecking = false;
      this.turn();
    });
  }
}
