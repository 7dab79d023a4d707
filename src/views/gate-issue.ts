import type { Gate } from '#core/records';

/** A gate in the form of beads: fields in its order, what is empty left out. */
export type GateIssue = {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly status: 'open' | 'blocked' | 'closed';
  readonly priority: number;
  readonly issue_type: 'gate';
  /** RFC 3339, whole seconds. */
  readonly created_at: string;
  readonly created_by: string;
  readonly updated_at: string;
  readonly closed_at?: string;
  readonly close_reason?: string;
  readonly await_type: string;
  readonly await_id?: string;
  /** Nanoseconds. */
  readonly timeout?: number;
  readonly waiters?: readonly string[];
};

const NS_PER_MS = 1_000_000;

/** A gate as an issue. One that was denied is blocked: it keeps back what it kept back. */
export function gateIssue(gate: Gate): GateIssue {
  const { id, title, reason, state, createdAt, createdBy, ended, type, awaitId, timeoutMs, waiters } = gate;
  const isClosed = state === 'resolved' || state === 'cancelled';
  return {
    id,
    title,
    ...(reason ? { description: reason } : {}),
    status: isClosed ? 'closed' : state === 'denied' ? 'blocked' : 'open',
    priority: 1,
    issue_type: 'gate',
    created_at: instant(createdAt),
    created_by: createdBy,
    updated_at: instant(ended?.at ?? gate.lookedAt ?? gate.openedAt ?? createdAt),
    ...(isClosed && ended ? { closed_at: instant(ended.at), close_reason: ended.reason } : {}),
    await_type: type,
    ...(awaitId === '' ? {} : { await_id: awaitId }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs * NS_PER_MS }),
    ...(waiters.length === 0 ? {} : { waiters }),
  };
}

const instant = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
