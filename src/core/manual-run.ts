import { sessionId } from './ids.ts';
import type { Run } from './records.ts';
import type { StepsAtRun } from './run.ts';

/**
 * The life of a run that a person works on (`gt sling --no-spawn`, or `spawn: "manual"`): gt makes worktree, branch, hook and settings, and starts nothing.
 *
 *   granted ──worktree made──▸ ready ──session noted──▸ live ──laid out──▸ a person works ──`done`, or let go──▸ ended
 *
 * Its session is a token and nothing else: no process of the host belongs to it, so nobody starts, stalls, restarts or nudges it at a terminal, and it never
 * dies. Whoever calls gt in the worktree speaks with that token. What the person's program does is the person's: gt ends none of it.
 */
export type ManualMove =
  | { readonly do: 'prepare' }
  | { readonly do: 'note-session'; readonly n: number; readonly id: string }
  | { readonly do: 'lay-out' }
  | { readonly do: 'wait'; readonly until: number; readonly why: string }
  | { readonly do: 'note-exit'; readonly why: string }
  | { readonly do: 'end-run'; readonly outcome: NonNullable<Run['outcome']> }
  | { readonly do: 'over' };

/** A worktree that somebody deleted tells nobody: it is looked for now and then, ms. */
const LOOK_MS = 15 * 60_000;

/**
 * Decides the next move of a run that a person works on.
 * @param there whether its worktree is still there
 * @param steps how it stands in its molecule: without a step for an agent it gives up its slot, and has it again, in the same worktree, with the next one
 */
export function nextForManual(
  run: Run,
  there: boolean,
  rules: { readonly suspendAfterMs: number },
  now: number,
  steps?: StepsAtRun,
): ManualMove {
  if (run.state === 'ended') return { do: 'over' };
  if (run.state === 'granted') return { do: 'prepare' };
  const idleUntil = steps && !steps.work ? Math.max(run.grantedAt, steps.since) + rules.suspendAfterMs : undefined;
  const idle = idleUntil !== undefined && idleUntil <= now;
  const current = run.session;
  if (!current || current.exit) {
    if (run.submitted) return { do: 'end-run', outcome: run.submitted.head ? 'submitted' : 'no-code' };
    if (run.released) return { do: 'end-run', outcome: 'cancelled' };
    const parked = run.killed ?? run.asleep;
    if (parked) {
      const until = Math.max(parked.at, current?.exit?.at ?? 0) + rules.suspendAfterMs;
      if (until <= now) return { do: 'end-run', outcome: 'suspended' };
      return { do: 'wait', until, why: 'it was put aside, and goes on when it is woken' };
    }
    if (idle) return { do: 'end-run', outcome: 'suspended' };
    if (idleUntil !== undefined) return { do: 'wait', until: idleUntil, why: `no step is ready: waits for ${steps?.why}` };
    return { do: 'note-session', n: run.sessions + 1, id: sessionId(run.id, run.sessions + 1) };
  }
  if (run.submitted) return { do: 'note-exit', why: 'handed in' };
  if (run.released) return { do: 'note-exit', why: 'let go' };
  if (run.killed) return { do: 'note-exit', why: 'ended by a person' };
  if (run.cycle?.session === current.id) return { do: 'note-exit', why: 'handed off' };
  if (!there) return { do: 'note-exit', why: 'its worktree is gone' };
  if (current.leaving !== undefined) return { do: 'note-exit', why: 'its step is done' };
  if (idle) return { do: 'note-exit', why: 'no step is ready' };
  if (current.words === undefined) return { do: 'lay-out' };
  if (idleUntil !== undefined)
    return { do: 'wait', until: Math.min(idleUntil, now + LOOK_MS), why: `no step is ready: waits for ${steps?.why}` };
  return { do: 'wait', until: now + LOOK_MS, why: `a person works on it in ${run.dir}` };
}

/** Lets a run go that a person works on: what is uncommitted is kept in a ref, the worktree stays, the slot is free. Its item is the caller's to change. */
export const released = (run: Run, by: string, now: number): Run => ({ ...run, released: run.released ?? { at: now, by } });
