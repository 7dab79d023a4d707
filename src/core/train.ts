import { BROKEN_AGAIN_MS } from './limits.ts';
import type { Merge, Train, Verdict } from './records.ts';

/**
 * A rig's merge train, serial form: one request at a time, in the queue's order.
 *
 * Any wake asks anew what comes next, from the books and git's facts; nothing is remembered in between. The policy is spec'd by two rules: only a tree
 * whose checks passed may land, and nobody is blamed without a failed run of exactly {green base + this head} (a failure on a red base is the base's).
 * A failure counts after `1 + retries` failed runs of the same tree; an error of the machinery (no such program, no space) is never evidence.
 * A person may land a request without its checks (`override`, with a reason): then exactly that tip is checked before anything else is begun.
 * On a red base each request is tried once all the same: one of them may be what mends it, and lands then, for its own tree has passed.
 */
export type TrainMove =
  | { readonly do: 'rest'; readonly why: string }
  | { readonly do: 'start'; readonly merge: string }
  | { readonly do: 'build'; readonly merge: Merge }
  | { readonly do: 'check'; readonly merge: Merge; readonly what: 'candidate' | 'base' }
  /** The target itself, where something untested was landed on it; and that it has passed. */
  | { readonly do: 'check-landed' }
  | { readonly do: 'proven' }
  | { readonly do: 'wait-check'; readonly check: string }
  | { readonly do: 'land'; readonly merge: Merge; readonly unchecked: boolean }
  | { readonly do: 'swap'; readonly merge: Merge }
  | { readonly do: 'return'; readonly merge: Merge; readonly check: string }
  | { readonly do: 'block'; readonly why: 'base_red' | 'checks_broken'; readonly base: string }
  | { readonly do: 'unblock' }
  | { readonly do: 'drop' };

export type TrainFacts = {
  /** First in the queue that has not failed on this red base already, when no request is current. */
  readonly first: string | undefined;
  readonly current: Merge | undefined;
  /** The target's tip. */
  readonly tip: string;
  /** Digest of the rig's checks. */
  readonly spec: string;
  readonly now: number;
  readonly hasChecks: boolean;
  readonly retries: number;
  readonly maxErrors: number;
  /** Of the candidate's tree, and of the base's. */
  readonly verdict: Verdict | undefined;
  readonly baseVerdict: Verdict | undefined;
  /** The request that is next, or at hand, is to land without its checks. */
  readonly overridden?: boolean;
  /** A check that has been asked for and has not ended. */
  readonly openCheck: string | undefined;
};

/** Decides the next move. */
export function nextForTrain(train: Train, facts: TrainFacts): TrainMove {
  const { current } = facts;
  if (train.blocked && !isStill(train.blocked, facts)) return { do: 'unblock' };
  const idle = train.blocked ? `stopped: ${train.blocked.note}` : 'nothing waits to land';
  if (train.blocked?.why === 'checks_broken' && !facts.overridden) return { do: 'rest', why: idle };
  if (!train.current && train.owed && !train.blocked) return afterOverride(facts);
  if (!train.current) return facts.first ? { do: 'start', merge: facts.first } : { do: 'rest', why: idle };
  if (!current || !['queued', 'checking', 'landing'].includes(current.state)) return { do: 'drop' };
  if (current.state === 'queued') return { do: 'build', merge: current };
  if (current.state === 'landing') return { do: 'swap', merge: current };
  if (current.candidate?.base !== facts.tip) return { do: 'build', merge: current };
  if (!facts.hasChecks) return { do: 'land', merge: current, unchecked: true };
  if (facts.verdict?.passed) return { do: 'land', merge: current, unchecked: false };
  if (current.override) return { do: 'land', merge: current, unchecked: true };
  if (facts.openCheck) return { do: 'wait-check', check: facts.openCheck };
  return afterFailure(current, facts);
}

/** Whether the cause of a stop may still be there: the target stands where it stood, under the same checks. What cannot be run is tried again now and then. */
function isStill(blocked: NonNullable<Train['blocked']>, { tip, spec, now }: TrainFacts): boolean {
  if (blocked.base !== tip || (blocked.spec ?? spec) !== spec) return false;
  return blocked.why === 'base_red' || now - blocked.at < BROKEN_AGAIN_MS;
}

/** Something untested was landed: its target is checked before anything else is begun. */
function afterOverride({ hasChecks, baseVerdict, openCheck, retries, maxErrors, tip }: TrainFacts): TrainMove {
  if (!hasChecks || baseVerdict?.passed) return { do: 'proven' };
  if (openCheck) return { do: 'wait-check', check: openCheck };
  if ((baseVerdict?.errors ?? 0) >= maxErrors) return { do: 'block', why: 'checks_broken', base: tip };
  if ((baseVerdict?.failures.length ?? 0) <= retries) return { do: 'check-landed' };
  return { do: 'block', why: 'base_red', base: tip };
}

function afterFailure(merge: Merge, { verdict, baseVerdict, retries, maxErrors, tip }: TrainFacts): TrainMove {
  if ((verdict?.errors ?? 0) >= maxErrors) return { do: 'block', why: 'checks_broken', base: tip };
  const failures = verdict?.failures ?? [];
  const last = failures.at(-1);
  if (last === undefined || failures.length <= retries) return { do: 'check', merge, what: 'candidate' };
  if (baseVerdict?.passed) return { do: 'return', merge, check: last };
  if ((baseVerdict?.errors ?? 0) >= maxErrors) return { do: 'block', why: 'checks_broken', base: tip };
  if ((baseVerdict?.failures.length ?? 0) <= retries) return { do: 'check', merge, what: 'base' };
  return { do: 'block', why: 'base_red', base: tip };
}

/** A check's outcome, added to what is known of its tree. */
export function learned(
  known: Verdict,
  check: { id: string; state: 'passed' | 'failed' | 'timed_out' | 'error'; at: number },
): Verdict {
  const runs = known.runs + 1;
  if (check.state === 'error') return { ...known, runs, errors: known.errors + 1 };
  if (check.state === 'passed') return { ...known, runs, errors: 0, passed: { at: check.at, check: check.id } };
  return { ...known, runs, errors: 0, failures: [...known.failures, check.id] };
}

/** What a request that failed on a red base is held by: another base, or other checks, and it is tried again. */
export const heldBy = (base: string, spec: string): string => `${base}.${spec}`;
