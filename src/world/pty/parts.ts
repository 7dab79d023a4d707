/** Features of the host that have a state of their own: when the host hands its terminals over, each hands over its section. */

/** One feature. */
export type Part = {
  /** Names its section for this and all later builds. */
  readonly name: string;
  /** Stops: it writes to no terminal from when this resolves until `go`. */
  readonly halt?: () => void | Promise<void>;
  /** What the next host must know: plain data and Buffers, or a promise of it. All terminals are halted, and all of their output was heard. */
  readonly state: () => unknown;
  /** In the next host, before any terminal goes on: `state` is what the part of this name gave, of an older build perhaps. */
  readonly resume: (state: unknown) => void;
  /** Goes on: after `halt` when the hand-over came to nothing, and in the next host when the terminals go on. */
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

  async halt(): Promise<void> {
    await Promise.all(this.#all.map((part) => part.halt?.()));
  }

  /** All sections by name. Rejects when one cannot be told. */
  async states(): Promise<Record<string, unknown>> {
    return Object.fromEntries(await Promise.all(this.#all.map(async (part) => [part.name, await part.state()])));
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
