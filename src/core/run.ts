import { isAskedToEnd, isCycling, type TurnFacts } from './cycle.ts';
import { sessionId } from './ids.ts';
import { DEATHS_WITHOUT_PROGRESS } from './limits.ts';
import type { Run } from './records.ts';
import { askedAtRest, askedOfSession } from './run-asked.ts';
import { beforeHello, wasAtLogin } from './run-start.ts';

/**
 * The life of a polecat's run: one slot, one worktree, one session after another.
 *
 *   granted ──worktree made──▸ ready ──session noted, then spawned──▸ live ──it ended, or was handed in and left──▸ ended
 *                                ▲                                      │
 *                                └────── session over without `done` ───┘
 *
 * - A session is noted in the books before it is spawned; the host starts one session id once, so a repeat after a kill finds the same agent.
 * - It is heard by its first `gt` call (ack). Without one within the startup stall it is ended and started anew; one that stands in a dialog waits for a
 *   person instead (run-start.ts).
 * - A session that ends without `done` is a death: a snapshot is taken, the next session starts on the same worktree: at once, then with growing
 *   pauses; after three deaths without a new commit the run fails and the item counts a failed attempt. A session that went down with the host, or
 *   that gt itself ended, is no death.
 * - A run that works a molecule rests while no step of it is ready, and gives up its slot when that takes long; with `--fresh` each step has a session.
 * - With the rig's witness off nobody is started again: the first death ends the run suspended, and the item waits for a person.
 * - One that was handed off is ended at the end of its turn, and the next one starts at once with its note; one that was killed or put to sleep has none
 *   before somebody wakes it; one whose item was taken back ends cancelled. None of this is a death (cycle.ts, run-asked.ts).
 * - After `done` the agent has a grace to leave by itself; then it is ended. The run ends when its session is gone, and frees its slot.
 */
export type SessionFacts =
  /** The host does not know the session, and no process carries its token. */
  | { readonly is: 'absent' }
  | { readonly is: 'running'; readonly pid: number; readonly born: string; readonly turn?: TurnFacts | undefined }
  /** `lost`: it went down with the host that had started it. */
  | {
      readonly is: 'over';
      readonly lost: boolean;
      /** It ended before the host of now began, and not because its terminal was lost: with the town, not by itself. */
      readonly withTown?: boolean;
      readonly code: number | null;
      readonly signal: number | null;
      readonly at: number;
    };

export type RunRules = {
  readonly startupStallMs: number;
  readonly doneGraceMs: number;
  readonly firstRestartMs: number;
  readonly restartBaseMs: number;
  readonly restartMaxMs: number;
  readonly suspendAfterMs: number;
  /** Nobody looks after the agents (the witness is off): none is started again after its death, and none is ended for saying nothing. */
  readonly unwatched?: boolean;
};

export type RunMove =
  | { readonly do: 'prepare' }
  | { readonly do: 'note-session'; readonly n: number; readonly id: string }
  | { readonly do: 'spawn' }
  | { readonly do: 'note-pid'; readonly pid: number; readonly born: string }
  | { readonly do: 'watch'; readonly until: number; readonly why: string }
  | { readonly do: 'rest'; readonly until: number; readonly why: string }
  | { readonly do: 'end-session'; readonly why: string }
  | { readonly do: 'note-exit'; readonly death: boolean; readonly facts: Extract<SessionFacts, { is: 'over' }> | undefined }
  /** It is handed off with what gt sees, since its agent left no note. */
  | { readonly do: 'hand-off'; readonly why: string }
  | { readonly do: 'end-run'; readonly outcome: NonNullable<Run['outcome']> }
  | { readonly do: 'give-up'; readonly why: string; readonly todo: string }
  | { readonly do: 'over' };

/** How a run stands in the molecule that it works. */
export type StepsAtRun = {
  /** A step is in hand, or ready, or all are done: there is something for an agent to do. */
  readonly work: boolean;
  /** Since when there is none (ms), and since when its agent has nothing to say (absent: it is at work). */
  readonly since: number;
  readonly idleSince?: number | undefined;
  readonly why: string;
};

/** Far enough to be woken by events instead. */
const LONG_MS = 60 * 60 * 1000;

/**
 * Decides the run's next move from its record and what the host says of its session.
 * @param session undefined when there is none to ask about
 * @param steps how it stands in its molecule, if it works one: a run without anything to do for `suspendAfterMs` gives up its slot
 */
export function nextForRun(
  run: Run,
  session: SessionFacts | undefined,
  rules: RunRules,
  now: number,
  steps?: StepsAtRun,
): RunMove {
  if (run.state === 'ended') return { do: 'over' };
  const current = run.session;
  const asked = (current && !current.exit) || run.submitted ? undefined : askedAtRest(run, rules, now);
  if (asked) return asked;
  if (run.state === 'granted') return { do: 'prepare' };
  if (!current || current.exit) {
    if (run.submitted) return { do: 'end-run', outcome: run.submitted.head ? 'submitted' : 'no-code' };
    if (run.deaths > 0 && rules.unwatched) return unwatched(run);
    if (run.deaths >= DEATHS_WITHOUT_PROGRESS) return { do: 'end-run', outcome: 'failed' };
    if (steps && !steps.work) {
      const until = Math.max(run.grantedAt, steps.since) + rules.suspendAfterMs;
      return until <= now
        ? { do: 'end-run', outcome: 'suspended' }
        : { do: 'rest', until, why: `no step is ready: waits for ${steps.why}` };
    }
    if (run.notBefore && run.notBefore > now)
      return {
        do: 'rest',
        until: run.notBefore,
        why: `its agent ended; the next one starts after a pause (${run.deaths} in a row)`,
      };
    return { do: 'note-session', n: run.sessions + 1, id: sessionId(run.id, run.sessions + 1) };
  }
  if (!session || session.is === 'absent') {
    // Never seen alive: the spawn has not happened (or its answer was lost with the host). Seen alive: it went down with the host.
    if (current.pid === undefined && !run.submitted && !isAskedToEnd(run)) return { do: 'spawn' };
    return { do: 'note-exit', death: false, facts: undefined };
  }
  // Whoever was told that nothing is ready, or that the next step is another's, may leave.
  const mayLeave = run.submitted !== undefined || current.leaving !== undefined || steps?.work === false || isAskedToEnd(run);
  if (session.is === 'over')
    return {
      do: 'note-exit',
      death: !mayLeave && !session.lost && session.withTown !== true && !wasAtLogin(run, current, rules, session.at),
      facts: session,
    };
  if (current.pid !== session.pid) return { do: 'note-pid', pid: session.pid, born: session.born };
  if (run.submitted) {
    const leave = run.submitted.at + rules.doneGraceMs;
    return leave <= now
      ? { do: 'end-session', why: 'handed in' }
      : { do: 'watch', until: leave, why: 'handed in; its agent is leaving' };
  }
  if (current.leaving !== undefined) {
    const leave = current.leaving + rules.doneGraceMs;
    return leave <= now
      ? { do: 'end-session', why: 'its step is done' }
      : { do: 'watch', until: leave, why: 'its step is done; the next one gets a session of its own' };
  }
  const wanted = askedOfSession(run, current, session, rules, now);
  if (wanted) return wanted;
  if (current.ackedAt === undefined && !rules.unwatched) return beforeHello(run, current, rules, now);
  if (steps && !steps.work) {
    if (steps.idleSince === undefined)
      return { do: 'watch', until: now + LONG_MS, why: `no step is ready: waits for ${steps.why}` };
    const until = Math.max(run.grantedAt, steps.since, steps.idleSince) + rules.suspendAfterMs;
    return until <= now
      ? { do: 'end-session', why: 'no step is ready' }
      : { do: 'watch', until, why: `no step is ready: waits for ${steps.why}` };
  }
  return { do: 'watch', until: now + LONG_MS, why: 'its agent works' };
}

/** Its agent ended by itself and the witness is off: the item waits for a person, with all that it has; it keeps nobody from a slot. */
const unwatched = (run: Run): RunMove => ({
  do: 'give-up',
  why: `its agent ended without \`gt done\`, and the witness of ${run.rig} is off.`,
  todo: `gt sling ${run.work} starts it again`,
});

/** How a session ended: whether it died, what the branch points to, and the step that is in its agent's hands. */
export type SessionEnd = {
  readonly died: boolean;
  readonly head: string;
  readonly hand: string | undefined;
  /** It left changes uncommitted that the session before had not left. */
  readonly newFiles?: boolean;
};

/** What a run keeps of a session's end: its deaths in a row, and by what the next end tells whether anything went on. A new commit is progress, and so is a step that was closed. */
export function afterSession(
  run: Run,
  { died, head, hand, newFiles }: SessionEnd,
): Pick<Run, 'deaths' | 'lastHead' | 'lastHand' | 'fruitless'> {
  const moved = head !== run.lastHead || hand !== run.lastHand;
  const deaths = !died ? run.deaths : moved ? 1 : run.deaths + 1;
  // Who was hurried had no chance to leave anything.
  const handedOff = isCycling(run) && run.cycle?.hurry !== true;
  const fruitless = moved || newFiles ? 0 : (run.fruitless ?? 0) + (handedOff ? 1 : 0);
  // An empty hand is kept as such: the step before it, kept on, would make each death after the last step look like progress.
  return { deaths, lastHead: head, lastHand: hand, ...(fruitless > 0 || run.fruitless ? { fruitless } : {}) };
}

/** The pause before the next session after `deaths` in a row: none, base, base × 2 … (ms). */
export function restartPause(deaths: number, rules: RunRules): number {
  if (deaths <= 1) return rules.firstRestartMs;
  return Math.min(rules.restartMaxMs, rules.restartBaseMs * 2 ** (deaths - 2));
}
