/** How a process that ended is started again. All times are ms. */
export type RestartPolicy = {
  /** Wait before the second restart of a streak; the first is immediate, each further one waits twice as long, up to `longest`. */
  readonly base: number;
  readonly longest: number;
  /** So many exits within `window` break the child: it is only tried again every `brokenWait`. */
  readonly breakAfter: number;
  readonly window: number;
  readonly brokenWait: number;
};

export type Exits = {
  /** When the last exits were, oldest first. */
  readonly times: readonly number[];
  /** Exits since it last ran for a whole window. */
  readonly streak: number;
};

export const NO_EXITS: Exits = { times: [], streak: 0 };

/** Adds an exit at `now` after a life of `lived` ms, and says how long to wait before the next start, and whether the crash loop is broken off. */
export function afterExit(
  exits: Exits,
  now: number,
  lived: number,
  policy: RestartPolicy,
): { exits: Exits; wait: number; broken: boolean } {
  const times = [...exits.times.filter((time) => now - time < policy.window), now];
  const streak = lived >= policy.window ? 1 : exits.streak + 1;
  const broken = times.length >= policy.breakAfter;
  const backoff = streak === 1 ? 0 : Math.min(policy.longest, policy.base * 2 ** Math.min(streak - 2, 30));
  return { exits: { times: times.slice(-policy.breakAfter), streak }, wait: broken ? policy.brokenWait : backoff, broken };
}
