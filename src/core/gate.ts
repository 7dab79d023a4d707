import { isFinal } from './derive.ts';
import { kindOf } from './gate-kinds.ts';
import { HOLD_MS } from './limits.ts';
import type { Gate } from './records.ts';
import { duration } from './relative-time.ts';

/**
 * The life of a gate.
 *
 *   waiting ──what its step needs besides is met──▸ open ──what it waits for has come, or somebody approved──▸ resolved
 *                                                    ├──somebody said no──▸ denied ──approved after all──▸ resolved
 *                                                    │                       └──its step is tried again──▸ waiting
 *                                                    └──what it keeps back has ended without it──▸ cancelled
 *
 * - The clock (`openedAt`, `dueAt`) starts at **open**; a gate that stands alone is open from its making.
 * - What it keeps back needs it, by an edge of the books; only **resolved** settles that edge.
 * - **denied** settles nothing, so nothing goes on as if it had been approved, and its job sleeps on: a no can be taken back. Its open steps become `failed`
 *   with the reason and one question each: retrying the step asks the gate again, skipping it cancels the gate. A work item stays blocked, and the gate
 *   stands in "needs you" with the reason, until it is approved or asked again (`gt gate reopen`).
 * - A **timer** opens when it is due. Any other gate that is open for longer than its timeout asks a person once and stays open.
 * - What is outside of the books is looked at again and again, ever more rarely (gates-*.ts in processors say how); what is in the books wakes the gate.
 */

/** What the gate's job does next. Any wake asks this anew. */
export type GateMove =
  | { readonly do: 'end' }
  | { readonly do: 'wait'; readonly until: number; readonly why: string }
  | { readonly do: 'open' }
  | { readonly do: 'look' }
  | { readonly do: 'resolve'; readonly reason: string }
  | { readonly do: 'ask-again' }
  | { readonly do: 'cancel' }
  /** It is open for too long. */
  | { readonly do: 'escalate'; readonly cause: string; readonly why: string };

/** What is known of what it keeps back. */
export type Kept = {
  /** There is something, and all of it has ended. */
  readonly over: boolean;
  /** A step of it is open again though the gate was denied. */
  readonly retried: boolean;
};

/** Decides the next move of a gate. @param unmet how many needs are unmet: until it is open those of its step, then the bead's that it watches @param now ms */
export function nextForGate(gate: Gate, unmet: number, kept: Kept, now: number): GateMove {
  if (isFinal.gate(gate)) return { do: 'end' };
  if (kept.over) return { do: 'cancel' };
  if (gate.state === 'denied') {
    if (kept.retried) return { do: 'ask-again' };
    return { do: 'wait', until: now + HOLD_MS, why: `denied by ${gate.ended?.by ?? '?'}: ${gate.ended?.reason ?? ''}` };
  }
  if (gate.state === 'waiting') {
    if (unmet === 0) return { do: 'open' };
    return { do: 'wait', until: now + HOLD_MS, why: `its step waits for ${unmet} besides` };
  }
  const kind = kindOf(gate);
  if (kind === 'timer') {
    const { dueAt = now } = gate;
    return dueAt <= now ? { do: 'resolve', reason: 'its time has come' } : { do: 'wait', until: dueAt, why: 'a timer' };
  }
  if (kind === 'bead' && gate.watches && unmet === 0) return { do: 'resolve', reason: `${gate.watches} is closed` };
  if (isLate(gate, now)) return { do: 'escalate', cause: LATE, why: `open for longer than ${duration(gate.timeoutMs ?? 0)}` };
  const isMarked = kind === 'hand' || kind === 'mail' || (kind === 'bead' && gate.watches !== undefined);
  if (isMarked || (gate.lookAt !== undefined && gate.lookAt > now))
    return { do: 'wait', until: nextLook(gate, isMarked ? undefined : gate.lookAt, now), why: `waits for ${waitsFor(gate)}` };
  return { do: 'look' };
}

/** The cause of the question about a gate that is open for too long. */
const LATE = 'late';

const isLate = ({ dueAt, asked = [] }: Gate, now: number): boolean =>
  dueAt !== undefined && dueAt <= now && !asked.includes(LATE);

/** When its job wakes by itself: for a look, or because it will be open for too long then. */
export function nextLook({ dueAt, asked = [] }: Gate, lookAt: number | undefined, now: number): number {
  const late = dueAt === undefined || asked.includes(LATE) ? now + HOLD_MS : dueAt;
  return Math.min(lookAt ?? now + HOLD_MS, late);
}

/** What it waits for, in a person's words. */
export function waitsFor(gate: Gate): string {
  const { type, awaitId, condition, command } = gate;
  switch (kindOf(gate)) {
    case 'timer':
      return 'a timer';
    case 'mail':
      return awaitId === '' ? 'a mail' : `a mail: ${awaitId}`;
    case 'condition':
      return `the condition ${condition}`;
    case 'command':
      return `\`${command}\` to end with 0`;
    case 'bead':
      return `${awaitId} to close`;
    case 'gh:run':
      return `the workflow run ${awaitId}${gate.found ? ` (${gate.found})` : ''}`;
    case 'gh:pr':
      return `the pull request ${awaitId} to be merged`;
    default:
      return type === 'human' ? 'a person' : `a person (its type is ${type}${awaitId === '' ? '' : ` ${awaitId}`})`;
  }
}

/** How often what tells no event is looked at: soon at first, then every `1/part` of the time that it is open, within bounds (ms). */
export const PACES = {
  /** Files and environment: cheap, and nobody tells when they change. */
  near: { part: 4, least: 15_000, most: 60_000 },
  /** Other programs, and what they ask over the network. */
  far: { part: 10, least: 30_000, most: 300_000 },
} as const;

/** When to look again. */
export function paced(gate: Gate, pace: keyof typeof PACES, now: number): number {
  const { part, least, most } = PACES[pace];
  return now + Math.min(most, Math.max(least, (now - (gate.openedAt ?? now)) / part));
}

/** What a look saw. */
export type Look =
  /** It has come. */
  | { readonly is: 'met'; readonly seen: string; readonly found?: Partial<Gate> }
  /** Not yet; looked at again at `lookAt`, or when something wakes it. */
  | { readonly is: 'not-yet'; readonly seen: string; readonly lookAt?: number; readonly found?: Partial<Gate> }
  /** It will not come by itself: a person is asked once for each `cause`. `soon` false: only when it has lasted for a while. */
  | {
      readonly is: 'trouble';
      readonly seen: string;
      readonly cause: string;
      readonly soon: boolean;
      readonly lookAt: number;
      readonly found?: Partial<Gate>;
    };

/** Trouble that may pass by itself (a network that is away) is told after this (ms). */
export const TROUBLE_PATIENCE_MS = 5 * 60_000;
