/** Time in a test's hands: it passes when all that could happen at once has happened. */
import { setImmediate as turn } from 'node:timers/promises';

export class VirtualTime {
  #now = 1_000_000_000;
  #timers: Array<{ at: number; run: () => void }> = [];

  readonly now = () => this.#now;

  readonly after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  /** Lets all happen that needs no time. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 3; turns++) await turn();
  }

  /** Lets time pass until `isOver`, or for `ms`; tells whether it is over. */
  async pass(ms: number, isOver: () => boolean = () => false): Promise<boolean> {
    const end = this.#now + ms;
    for (;;) {
      await this.settle();
      if (isOver()) return true;
      this.#timers.sort((left, right) => left.at - right.at);
      const [next] = this.#timers;
      if (!next || next.at > end) {
        this.#now = end;
        return isOver();
      }
      this.#timers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
  }
}
