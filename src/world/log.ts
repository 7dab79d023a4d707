/** Events with fields, in the words of the feed. `fault` carries its cause chain; each is logged once, where it is handled. */
export type Log = {
  readonly info: (what: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (what: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly fault: (what: string, fault: unknown, facts?: Readonly<Record<string, unknown>>) => void;
};

/** A log that nobody reads: commands answer on their own terminal. */
export const silent: Log = { info: () => undefined, warn: () => undefined, fault: () => undefined };
