/** Decides which processes a kill may touch. Pure: it sees a scan and what earlier scans of the same kill have shown. */
import type { Proc } from './scan.ts';
import { isDead } from './scan.ts';

/** A mark in the environment: exactly `NAME=value`, or all strings that begin with `prefix` (`NAME=…` with at least one character of the value). */
export type Token = string | { readonly prefix: string };

/** Names one process for ever (until the next boot). */
export type Identity = { readonly pid: number; readonly born: string };

/** What a kill is after, and what it has learned so far. */
export type Hunt = {
  readonly leader: Identity | undefined;
  readonly tokens: readonly Token[];
  /** pid → born of all found by now: a process whose parent was killed meanwhile is still ours. */
  readonly seen: Map<number, string>;
  /** Sessions whose leader was seen to be ours while it lived; a session's number is not given out again while anyone is in it. */
  readonly sessions: Set<number>;
};

/** Throws on a token that could match what is not gt's: it needs a GT_ name and some of a value. */
export function checkTokens(tokens: readonly Token[]): void {
  for (const token of tokens) {
    const text = typeof token === 'string' ? token : token.prefix;
    if (!/^GT_[A-Z0-9_]+=[^\0]+$/.test(text))
      throw new Error(`Not a token that processes can be found by: ${JSON.stringify(text)}.`);
  }
}

/** Whether a process was started with one of the tokens. */
export function carries(proc: Proc, tokens: readonly Token[]): boolean {
  return proc.tokens.some((held) =>
    tokens.some((token) => (typeof token === 'string' ? held === token : held.startsWith(token.prefix))),
  );
}

/** `self`, its parent, and so on up: a kill never touches these, nor reaches others through them. */
function spare(procs: ReadonlyMap<number, Proc>, self: number): Set<number> {
  const spared = new Set([0, 1, self]);
  for (let at = procs.get(self)?.ppid; at !== undefined && !spared.has(at); at = procs.get(at)?.ppid) spared.add(at);
  return spared;
}

/**
 * The living processes that the hunt is after, by closure: the leader, what carries a token, what was found before; whatever descends from these;
 * whoever is in a session that one of these leads. A session whose leader is not ours is left alone, even when one of ours is in it (it may be a
 * person's shell). That of a dead leader counts when it was seen as ours, or when it is the hunted leader's own and a token is carried in it:
 * after a wrap of the pids that number alone would prove nothing. Notes in `hunt` what it learned.
 */
export function targets(procs: readonly Proc[], hunt: Hunt, self: number): Proc[] {
  const byPid = new Map(procs.map((proc) => [proc.pid, proc]));
  const spared = spare(byPid, self);
  const marked = procs.filter((proc) => carries(proc, hunt.tokens));
  const ours = new Set<number>();
  const isRoot = (proc: Proc) =>
    hunt.seen.get(proc.pid) === proc.born || (proc.pid === hunt.leader?.pid && proc.born === hunt.leader.born);
  for (const proc of procs) if (isRoot(proc)) ours.add(proc.pid);
  for (const proc of marked) ours.add(proc.pid);
  for (const pid of spared) ours.delete(pid);

  const isOurSession = (sid: number) => {
    if (byPid.has(sid)) return ours.has(sid);
    return hunt.sessions.has(sid) || (sid === hunt.leader?.pid && marked.some((proc) => proc.sid === sid));
  };
  for (let before = -1; before !== ours.size; ) {
    before = ours.size;
    for (const proc of procs) if (!spared.has(proc.pid) && (ours.has(proc.ppid) || isOurSession(proc.sid))) ours.add(proc.pid);
  }

  const found = procs.filter((proc) => ours.has(proc.pid));
  for (const proc of found) {
    hunt.seen.set(proc.pid, proc.born);
    if (proc.sid === proc.pid) hunt.sessions.add(proc.sid);
  }
  return found.filter((proc) => !isDead(proc));
}
