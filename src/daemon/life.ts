import type { Being } from '#world/processes/process';

/** One life of a process, from its start to its end. Waiting for it leaves nothing behind, however often it is done. */
export class Life {
  readonly being: Being | undefined;
  #ending: string | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(being?: Being) {
    this.being = being;
  }

  /** How it ended, or undefined while it lives. */
  get ending(): string | undefined {
    return this.#ending;
  }

  end(how: string): void {
    this.#ending ??= how;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves after `ms`, or at once when the life ends or `stop` is aborted. */
  wait(ms: number, stop: AbortSignal): Promise<void> {
    return this.#sleep((wake) => {
      const timer = setTimeout(wake, stop.aborted ? 0 : ms);
      stop.addEventListener('abort', wake, { once: true });
      return () => {
        clearTimeout(timer);
        stop.removeEventListener('abort', wake);
      };
    });
  }

  /** The answer, or undefined when the life ends or `stop` is aborted before it comes. The answer must not reject. */
  async until<T>(answer: Promise<T>, stop: AbortSignal): Promise<T | undefined> {
    let value: T | undefined;
    await this.#sleep((wake) => {
      void answer.then((came) => {
        value = came;
        wake();
      });
      stop.addEventListener('abort', wake, { once: true });
      if (stop.aborted) queueMicrotask(wake);
      return () => stop.removeEventListener('abort', wake);
    });
    return value;
  }

  #sleep(begin: (wake: () => void) => () => void): Promise<void> {
    if (this.#ending !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      let tidy: (() => void) | undefined;
      const wake = () => {
        this.#waiting.delete(wake);
        if (tidy) tidy();
        resolve();
      };
      this.#waiting.add(wake);
      tidy = begin(wake);
    });
  }
}
