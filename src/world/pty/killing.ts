/** The end of all of a session's processes, once at a time. */
import { performance } from 'node:perf_hooks';
import { killTree } from '#world/processes/kill';
import type { Start } from './exits.ts';
import { bootId } from './exits.ts';
import type { Survivor } from './host.ts';

const DEFAULT_GRACE_MS = 10_000;

type Kill = { readonly done: Promise<{ left: Survivor[] }>; readonly hurry: AbortController; over: number };

/** Kills of one session. */
export class Killing {
  readonly #start: Start;
  #kill: Kill | undefined;

  constructor(start: Start) {
    this.#start = start;
  }

  /** Ends every process of the session, grace in ms. Calls at the same time are one kill, with the shortest of their graces. */
  kill(graceMs = DEFAULT_GRACE_MS): Promise<{ left: Survivor[] }> {
    const over = performance.now() + graceMs;
    this.#kill ??= this.#begin(graceMs, over);
    if (over < this.#kill.over) this.#hurry(this.#kill, graceMs, over);
    return this.#kill.done;
  }

  /** Grace that is left of the kill that is under way, ms. */
  get leftMs(): number | undefined {
    return this.#kill && Math.max(0, Math.round(this.#kill.over - performance.now()));
  }

  #begin(graceMs: number, over: number): Kill {
    const hurry = new AbortController();
    // (pid, born) name nobody after the system was started anew
    const leader = this.#start.boot === bootId() ? this.#start : undefined;
    const tokens = [`GT_SESSION=${this.#start.token}`];
    const done = killTree({ leader, tokens, graceMs, hurry: hurry.signal }).finally(() => {
      this.#kill = undefined;
    });
    return { done, hurry, over };
  }

  #hurry(kill: Kill, graceMs: number, over: number): void {
    kill.over = over;
    const timer = setTimeout(() => kill.hurry.abort(), graceMs);
    const stop = () => clearTimeout(timer);
    kill.done.then(stop, stop);
  }
}
