import { endAsked, handOffAt } from './cycle.ts';
import { CYCLES_WITHOUT_PROGRESS } from './limits.ts';
import type { Run } from './records.ts';
import type { RunMove, RunRules, SessionFacts } from './run.ts';

/** Moves of a run that follow from what somebody asked of it, whatever its work is at: a fresh session, sleep, its end, to let go of its item. */

/** Far enough to be woken by events instead. */
const LONG_MS = 60 * 60 * 1000;

/** Of a run that has no session, or none any more. Undefined: nothing was asked that keeps the next one from starting. */
export function askedAtRest(run: Run, rules: RunRules, now: number): RunMove | undefined {
  if (run.released) return { do: 'end-run', outcome: 'cancelled' };
  const parked = run.killed ?? run.asleep;
  if (parked) {
    // A slot is not held for nobody: the item keeps all else, and its next run goes on when it is woken or slung.
    const until = Math.max(parked.at, run.grantedAt, run.session?.exit?.at ?? 0) + rules.suspendAfterMs;
    const how = run.killed ? 'killed' : 'asleep';
    return until <= now
      ? { do: 'end-run', outcome: 'suspended' }
      : { do: 'rest', until, why: `${how}: \`gt wake ${run.rig}/${run.name}\` starts its next session` };
  }
  if ((run.fruitless ?? 0) < CYCLES_WITHOUT_PROGRESS) return undefined;
  return {
    do: 'give-up',
    why: `its agent handed off ${run.fruitless} times in a row, and left nothing new: no commit, no step, no change.`,
    todo: `See \`gt resume ${run.rig}/${run.name}\`, then sling ${run.work} again`,
  };
}

/** Of a run whose session runs. Undefined: its work goes on. */
export function askedOfSession(
  run: Run,
  session: NonNullable<Run['session']>,
  { turn = { seen: false } }: Extract<SessionFacts, { is: 'running' }>,
  rules: RunRules,
  now: number,
): RunMove | undefined {
  const end = endAsked(run, session, turn, rules.doneGraceMs);
  if (end)
    return end.at <= now
      ? { do: 'end-session', why: end.why }
      : { do: 'watch', until: end.at, why: `${end.why}: its agent is leaving` };
  if (!session.due || run.asleep) return undefined;
  const at = handOffAt(session, turn);
  if (at !== undefined && at <= now) return { do: 'hand-off', why: session.due.why };
  return { do: 'watch', until: at ?? now + LONG_MS, why: `a fresh session goes on at the end of its turn (${session.due.why})` };
}
