import type { Change } from './change.ts';
import { isCurrent, stale } from './holder.ts';
import { mergeId } from './ids.ts';
import type { Merge, Run, Train, Work } from './records.ts';
import { type Refusal, refuse } from './refusals.ts';
import { closing, reworkInWords } from './work.ts';

/** What git says of a worktree that is handed in. `head` undefined: the branch is missing. */
export type HandInFacts = {
  readonly head: string | undefined;
  readonly dirty: readonly string[];
  readonly merging: boolean;
  /** Commits that the head has and the target has not. */
  readonly ahead: number;
  readonly related: boolean;
};

/** Whether this session may hand anything in. The same session asking again is told what it was told. */
export function mayHandIn(run: Run | undefined, session: string, token: string): Refusal | 'now' | 'did' {
  if (!run || run.session?.token !== token) return stale(run, session);
  if (run.submitted) return 'did';
  if (!isCurrent(run, token) || run.released) return refuse('SESSION_STALE', { session, work: run.work, current: 'nobody' });
  return 'now';
}

/** Whether what lies in the worktree can be handed in: not of a review, committed, of its own, and new since it came back. */
export function acceptable(run: Run, work: Work | undefined, facts: HandInFacts, target: string): Refusal | undefined {
  if (work?.leg?.review_only) return refuse('DONE_REVIEW', { work: work.id });
  const branch = run.branch ?? '?';
  if (!facts.head) return refuse('DONE_NO_BRANCH', { branch });
  if (facts.dirty.length > 0 || facts.merging) {
    const files = facts.dirty.length > 0 ? facts.dirty.slice(0, 5).join(', ') : 'a merge is still open';
    return refuse('DONE_DIRTY', { files });
  }
  if (!facts.related) return refuse('DONE_UNRELATED', { branch, target });
  if (run.rework && facts.head === run.start) return refuse('DONE_UNCHANGED', { branch, reason: reworkInWords(run.rework) });
  if (facts.ahead === 0) return refuse('DONE_NO_COMMITS', { branch });
  return undefined;
}

/** Freezes the head, and asks for its landing. The record of the rig's train is made by the first request: without one its job could not be added. */
export function handIn(
  run: Run,
  work: Work,
  train: Train | undefined,
  input: { head: string; target: string; author: string },
  now: number,
): Change<Merge> {
  const { head, target, author } = input;
  const merge: Merge = {
    id: mergeId(run.id),
    work: work.id,
    generation: work.generation,
    run: run.id,
    rig: run.rig,
    target,
    branch: run.branch ?? '',
    head,
    title: work.title,
    author,
    priority: work.priority,
    state: 'submitted',
    submittedAt: now,
    checks: 0,
  };
  return {
    put: [
      { noun: 'run', doc: { ...run, submitted: { at: now, head } } },
      { noun: 'merge', doc: merge },
      { noun: 'work', doc: { ...work, merge: merge.id, status: 'in_progress', updatedAt: now } },
      ...(train ? [] : [{ noun: 'train' as const, doc: { id: run.rig, generation: 1 } }]),
    ],
    events: [{ type: 'work.handed_in', subject: work.id, rig: run.rig, data: { run: run.id, merge: merge.id, head } }],
    answer: merge,
  };
}

/** Declares an outcome without code; the report is the evidence. */
export function handInWithoutCode(run: Run, work: Work, report: string, now: number): Change<undefined> {
  const { doc, settle } = closing(work, { at: now, reason: 'done without code', report: `text:${work.id}` });
  return {
    put: [
      { noun: 'run', doc: { ...run, submitted: { at: now, report: `text:${work.id}` } } },
      { noun: 'work', doc },
    ],
    settle,
    text: [{ id: work.id, fields: { report } }],
    events: [{ type: 'work.closed', subject: work.id, rig: work.rig, data: { run: run.id, reason: 'done without code' } }],
    answer: undefined,
  };
}
