import { type Change, unchanged } from './change.ts';
import type { Escalation, Work } from './records.ts';
import { type Refusal, refuse } from './refusals.ts';
import { answered, closing } from './work.ts';

/** What stands in the way of a close by hand, as one reading of the books sees it. */
export type InTheWay = {
  /** Ids that it needs and that are open. */
  readonly unmet: readonly string[];
  /** Items in it that are open. */
  readonly open: readonly string[];
  /** What a person is asked about it. */
  readonly question: Escalation | undefined;
};

/**
 * An item closed by somebody's word, with the reason for it: what needed it goes on. What a run or the refinery has is not closed from under it, `force` or
 * not. An item that is closed stays as it is.
 */
export function closeWork(
  work: Work,
  { reason, force }: { readonly reason: string; readonly force: boolean },
  { unmet, open, question }: InTheWay,
  by: string,
  now: number,
): Change<Work> | Refusal {
  const { id } = work;
  if (work.status === 'closed') return unchanged(work);
  if (work.run) return refuse('WORK_TAKEN', { id, holder: `run ${work.run}` });
  if (work.merge) return refuse('WORK_TAKEN', { id, holder: `merge request ${work.merge}` });
  if (!force) {
    if (work.status === 'pinned') return refuse('WORK_PINNED', { id });
    if (open.length > 0) return refuse('WORK_HAS_OPEN', { id, open: few(open) });
    if (unmet.length > 0) return refuse('WORK_NEEDS', { id, needs: few(unmet) });
  }
  const { doc, settle } = closing(work, { at: now, reason });
  const answers = question && question.state !== 'closed' ? [{ noun: 'escalation' as const, doc: answered(question, now) }] : [];
  return {
    put: [{ noun: 'work', doc }, ...answers],
    settle,
    events: [{ type: 'work.closed', subject: id, rig: work.rig, data: { by, reason: reason.slice(0, 200) } }],
    answer: doc,
  };
}

const FEW = 5;
const few = (ids: readonly string[]): string => `${ids.slice(0, FEW).join(', ')}${ids.length > FEW ? ' …' : ''}`;
