import { endAsked, handOffAt, isCycling } from './cycle.ts';
import { addressOf } from './holder.ts';
import { sessionId } from './ids.ts';
import { CRASH_WINDOW_MS, CRASHES_UNTIL_BROKEN, HOLD_MS } from './limits.ts';
import type { Agent } from './records.ts';
import { afterExit, type RestartPolicy } from './restarts.ts';
import type { SessionFacts } from './run.ts';
import { withoutControls } from './spoken.ts';

/**
 * The life of an agent that lasts: what should be, against what is.
 *
 *   not wanted ◂──stopped──▸ wanted ──session noted, then spawned──▸ live ──crashed, cycled, or lost──▸ wanted
 *    (parked)                  ▲                                       │
 *                              └── somebody starts it ── broken ◂──────┘ five crashes in a quarter of an hour
 *
 * - A session is noted before it is spawned, and the host starts one session id once: a repeat after a kill finds the same program.
 * - Nobody waits for its hello: a mayor may rest at its prompt for days.
 * - The end of a session that nobody asked for is a crash, whatever its exit code says: the next one starts at once, then with growing pauses, and goes on
 *   with the conversation. One that went down with its host, or that was ended with the town, is none.
 * - Whoever is not wanted, was killed, or sleeps without a session holds nothing: its job is parked.
 */
export type AgentRules = {
  readonly firstRestartMs: number;
  readonly restartBaseMs: number;
  readonly restartMaxMs: number;
  /** How long one that has said itself that it leaves may take. */
  readonly cycleGraceMs: number;
};

export type AgentMove =
  | { readonly do: 'rest'; readonly until: number; readonly why: string }
  | { readonly do: 'note-session'; readonly n: number; readonly id: string }
  | { readonly do: 'spawn' }
  | { readonly do: 'note-pid'; readonly pid: number; readonly born: string }
  | { readonly do: 'watch'; readonly until: number; readonly why: string }
  | { readonly do: 'end-session'; readonly why: string }
  /** It is handed off with what gt sees, since it left no note. */
  | { readonly do: 'hand-off'; readonly why: string }
  /** `goesOn`: nobody asked for its end, so the next session may go on with its conversation. */
  | {
      readonly do: 'note-exit';
      readonly crash: boolean;
      readonly goesOn: boolean;
      readonly facts: Extract<SessionFacts, { is: 'over' }> | undefined;
    };

/** Far enough to be woken by events instead. */
const LONG_MS = 60 * 60 * 1000;

/** Why it should have no session now; undefined when it should have one. */
export function heldBack({ wanted, broken, killed, removed }: Agent): string | undefined {
  if (removed) return 'it was removed';
  if (!wanted) return 'nobody wants it now';
  if (broken) return `${broken.why}: not started again`;
  return killed ? `killed by ${killed.by}, until somebody wakes it` : undefined;
}

/**
 * Decides the next move from the record and what the host says of its session.
 * @param session undefined when there is none to ask about
 */
export function nextForAgent(agent: Agent, session: SessionFacts | undefined, rules: AgentRules, now: number): AgentMove {
  const held = heldBack(agent);
  const { session: current } = agent;
  if (!current || current.exit) {
    const rests = held ?? (agent.asleep ? `put to sleep by ${agent.asleep.by}` : undefined);
    if (rests) return { do: 'rest', until: now + HOLD_MS, why: rests };
    if (agent.notBefore !== undefined && agent.notBefore > now)
      return {
        do: 'rest',
        until: agent.notBefore,
        why: `its session ended by itself; the next one starts after a pause (${agent.deaths} in a row)`,
      };
    return { do: 'note-session', n: agent.sessions + 1, id: sessionId(agent.id, agent.sessions + 1) };
  }
  const isCycled = isCycling(agent);
  if (!session || session.is === 'absent') {
    // Never seen alive: the spawn has not happened (or its answer was lost with the host). Seen alive: it went down with the host.
    if (current.pid === undefined && !held && !isCycled) return { do: 'spawn' };
    return { do: 'note-exit', crash: false, goesOn: !held && !isCycled, facts: undefined };
  }
  if (session.is === 'over') {
    const asked = held !== undefined || isCycled || session.withTown === true;
    return { do: 'note-exit', crash: !asked && !session.lost, goesOn: !asked, facts: session };
  }
  if (current.pid !== session.pid) return { do: 'note-pid', pid: session.pid, born: session.born };
  // Who ends itself may still leave by itself.
  if (held && agent.killed?.by !== current.id) return { do: 'end-session', why: held };
  const { turn = { seen: false } } = session;
  const end = endAsked(agent, current, turn, rules.cycleGraceMs);
  if (end)
    return end.at <= now ? { do: 'end-session', why: end.why } : { do: 'watch', until: end.at, why: `${end.why}: it is leaving` };
  if (current.due && !agent.asleep) {
    const at = handOffAt(current, turn);
    if (at !== undefined && at <= now) return { do: 'hand-off', why: current.due.why };
    return {
      do: 'watch',
      until: at ?? now + LONG_MS,
      why: `a fresh session follows at the end of its turn (${current.due.why})`,
    };
  }
  return { do: 'watch', until: now + LONG_MS, why: 'it is there' };
}

/** What a crash leaves in the record: how many there were, when the next session may start, and whether the loop is broken off. @param lived ms */
export function afterCrash(
  { deaths, diedAt }: Pick<Agent, 'deaths' | 'diedAt'>,
  { lived, how }: { lived: number; how: string },
  rules: AgentRules,
  now: number,
): Pick<Agent, 'deaths' | 'diedAt' | 'notBefore' | 'broken'> {
  const policy: RestartPolicy = {
    base: rules.restartBaseMs,
    longest: rules.restartMaxMs,
    breakAfter: CRASHES_UNTIL_BROKEN,
    window: CRASH_WINDOW_MS,
    brokenWait: 0,
  };
  const { exits, wait, broken } = afterExit({ times: diedAt, streak: deaths }, now, lived, policy);
  const pause = exits.streak === 1 ? rules.firstRestartMs : wait;
  return {
    deaths: exits.streak,
    diedAt: [...exits.times],
    ...(broken
      ? {
          broken: {
            at: now,
            why: `${how} (${exits.times.length} crashes in ${CRASH_WINDOW_MS / 60_000} minutes)`,
          },
        }
      : pause > 0
        ? { notBefore: now + pause }
        : {}),
  };
}

/** Characters of the last words of a session that are told with its end. */
const LAST_WORDS = 800;

/** What people are told of an agent whose crash loop was broken off: the cause first, since lists may show no more. */
export function brokenWords(agent: Agent): string {
  const words = withoutControls(agent.session?.lastWords ?? '').trim();
  const end = words === '' ? '' : ` The end of its output:\n${[...words].slice(-LAST_WORDS).join('').trim()}`;
  return `${agent.broken?.why}: ${addressOf(agent)} is not started again.${end}`;
}
