/** Features of the host that have a state of their own: when the host hands its terminals over, each hands over its section. */

/** One feature. */
export type Part = {
  /** Names its section for this and all later builds. */
  readonly name: string;
  /** Stops, and gives what the next host must know: plain data and Buffers. All terminals are halted then, and nothing may change any more until `go`. */
  readonly state: () => unknown;
  /** In the next host, before any terminal goes on: `state` is what the part of this name gave, of an older build perhaps. */
  readonly resume: (state: unknown) => void;
  /** Goes on: after `state` when the hand-over came to nothing, and in the next host when the terminals go on. */
  readonly go?: () => void;
};

/** All features of one host. */
export class Parts {
  readonly #all: Part[] = [];
  readonly #warn: (line: string) => void;

  /** `warn` takes a line for the log. */
  constructor(warn: (line: string) => void) {
    this.#warn = warn;
  }

  /** To be called when the host is put together, before `resume`. */
  add(part: Part): void {
    this.#all.push(part);
  }

  states(): Record<string, unknown> {
    return Object.fromEntries(this.#all.map((part) => [part.name, part.state()]));
  }

  /** Hands each its section. One that fails at it begins anew: the terminals count for more. */
  resume(states: Readonly<Record<string, unknown>>): void {
    for (const part of this.#all)
      try {
        if (Object.hasOwn(states, part.name)) part.resume(states[part.name]);
      } catch (fault) {
        this.#warn(`${part.name} could not go on where the host before was: ${fault instanceof Error ? fault.message : fault}`);
      }
  }

  go(): void {
    for (const part of this.#all) part.go?.();
  }
}
