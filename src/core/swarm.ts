import type { Change } from './change.ts';
import { jobId, type Member, member } from './ids.ts';
import type { Records, Work } from './records.ts';

type Swarm = Records['swarm'];

/**
 * The life of a swarm: what of one batch (a sling of two items or more, the legs of a convoy) one rig does.
 *
 *   planned ──its items are on the hook──▸ begun ──the last one is closed──▸ complete
 *
 * - It is written before its items are slung. If whoever slings dies, its job begins it with those that are on the hook.
 * - It waits for its items by needs: the close of the last one wakes its job.
 * - The witness is told with **begun**, the mayor and the overseer with **complete**: each in the commit that says so.
 */
const swarmJob = (id: string): Member => member('swarms', jobId(id, 1));

/** Whoever slings is dead after this (ms). */
export const SLING_MS = 60_000;

/** One of its items, when it is closed. */
export type End = 'landed' | 'failed' | 'skipped';

/**
 * How an item ended: what was handed in and landed, or was declared done, against what somebody closed: after attempts that failed, or without one.
 */
export function endOf({ closed, failures, type }: Work): End {
  if (closed?.commit !== undefined || closed?.report !== undefined || type === 'milestone') return 'landed';
  return failures > 0 || /fail/i.test(closed?.reason ?? '') ? 'failed' : 'skipped';
}

/** How a leg ended. */
export function endOfLeg({ closed }: Records['step']): End {
  if (closed?.outcome === 'done') return 'landed';
  return closed?.outcome === 'failed' ? 'failed' : 'skipped';
}

/** A batch in a rig, before its items are slung. */
export const planned = (id: string, rig: string, items: readonly string[], by: string, now: number): Swarm => ({
  id,
  rig,
  items: [...items],
  total: items.length,
  by,
  at: now,
  state: 'planned',
});

/** Its items are on the hook. @param open which of them are not closed */
export function begun(swarm: Swarm, items: readonly string[], total: number, open: readonly string[]): Change<Swarm> {
  const doc: Swarm = { ...swarm, state: 'begun', items: [...items], total };
  return {
    put: [{ noun: 'swarm', doc }],
    needs: open.length > 0 ? [{ id: doc.id, job: swarmJob(doc.id), on: open }] : [],
    events: [{ type: 'swarm.begun', subject: doc.id, rig: doc.rig, data: { items: items.length, total } }],
    answer: doc,
  };
}

/** Its last item is closed. */
export function complete(swarm: Swarm, ends: Readonly<Record<string, End>>, now: number): Change<Swarm> {
  const doc: Swarm = { ...swarm, state: 'complete', ended: { at: now, ...tally(ends) } };
  return {
    put: [{ noun: 'swarm', doc }],
    events: [{ type: 'swarm.completed', subject: doc.id, rig: doc.rig, data: tally(ends) }],
    answer: doc,
  };
}

/** How many ended how. */
export function tally(ends: Readonly<Record<string, End>>): Record<End, number> {
  const sum = { landed: 0, failed: 0, skipped: 0 };
  for (const end of Object.values(ends)) sum[end]++;
  return sum;
}
