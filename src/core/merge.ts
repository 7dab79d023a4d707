import type { Change, NewEvent } from './change.ts';
import type { Merge, Records, Rework, Run, Work } from './records.ts';
import { closing, escalate, failAttempt, reworkInWords } from './work.ts';

/**
 * The life of a merge request: one submitted head.
 *
 *   submitted ──pinned──▸ queued ──its turn──▸ checking ──passed──▸ landing ──swapped──▸ merged
 *                           ▲                     │                    │
 *                           └──── target moved ───┴────────────────────┘      returned: a conflict with the target, or checks that failed
 *
 * The head is frozen by its sha and pinned by a ref from `submitted` to the end. What is landed is the very commit whose tree was checked. `landing`
 * is written before the swap of the target, so that whoever comes after a kill can tell from git alone whether it happened.
 * merged, returned, superseded and cancelled are final: a new head is a new request.
 */
export const pinRef = (merge: string): string => `refs/refinery/mr/${merge}`;
export const candidateRef = (merge: string): string => `refs/refinery/run/${merge}`;

/** Why a landing is not brought to where its rig came from: commits of others there, which are not overwritten. */
export const othersThere = (target: string): string => `${target} has commits there that the rig does not have`;

const at = (merge: Merge, state: Merge['state'], more: Partial<Merge> = {}): Merge => ({ ...merge, ...more, state });
const event = (merge: Merge, type: NewEvent['type'], data: Record<string, unknown> = {}): NewEvent => ({
  type,
  subject: merge.id,
  rig: merge.rig,
  data: { work: merge.work, ...data },
});

/** The head is pinned: nothing can lose it any more. */
export function queued(merge: Merge): Change<Merge> {
  const doc = at(merge, 'queued');
  return { put: [{ noun: 'merge', doc }], events: [event(doc, 'merge.queued', { head: doc.head })], answer: doc };
}

/** It failed on a base that fails itself: nobody's fault so far. It keeps its place, and is tried again on another base. */
export function heldBack(merge: Merge, held: string): Merge {
  const { candidate: _, ...rest } = merge;
  return at(rest as Merge, 'queued', { held });
}

/** The target moved, or the candidate has to be built anew. */
export function requeued(merge: Merge, why: string): Change<Merge> {
  const { candidate: _, ...rest } = merge;
  const doc = at(rest as Merge, 'queued');
  return { put: [{ noun: 'merge', doc }], events: [event(doc, 'merge.rebuilt', { why })], answer: doc };
}

/** A candidate has been built in memory. */
export function checking(merge: Merge, candidate: NonNullable<Merge['candidate']>): Change<Merge> {
  const doc = at(merge, 'checking', { candidate });
  return {
    put: [{ noun: 'merge', doc }],
    events: [event(doc, 'merge.checking', { tree: candidate.tree, base: candidate.base })],
    answer: doc,
  };
}

/** The candidate's tree has passed (or a person overrode its checks, or the rig has none: then there was nothing to override): the swap may be made. */
export function landing(merge: Merge, unchecked: boolean, hasChecks: boolean): Change<Merge> {
  const { override: _, ...plain } = merge;
  const doc = at(hasChecks ? merge : (plain as Merge), 'landing', unchecked ? { unchecked } : {});
  const events = [event(doc, 'merge.landing', { tip: doc.candidate?.tip })];
  const { override } = doc;
  if (unchecked && override)
    events.push(event(doc, 'merge.override', { by: override.by, reason: override.reason.slice(0, 300) }));
  else if (unchecked) events.push(event(doc, 'merge.unchecked', { warning: 'no checks configured' }));
  return { put: [{ noun: 'merge', doc }], events, answer: doc };
}

/** The target holds it: the request is merged, its item closed, what waited for the item released; all in one commit. */
export function merged(
  merge: Merge,
  work: Work | undefined,
  train: Records['train'],
  landed: { tip: string; how: 'swap' | 'contained' | 'empty' },
  now: number,
): Change<Merge> {
  const doc = at(merge, 'merged', { landed: { at: now, ...landed } });
  const { current: _current, check, ...rest } = train;
  const reason =
    doc.unchecked && doc.override ? `landed without its checks by ${doc.override.by}: ${doc.override.reason}` : 'landed';
  const closed = work && work.status !== 'closed' ? closing(work, { at: now, reason, commit: landed.tip }) : undefined;
  const owed =
    doc.unchecked && doc.override && landed.how === 'swap'
      ? { owed: { tip: landed.tip, merge: doc.id, at: now }, ...(check ? { check } : {}) } // it may be of this very tree
      : {};
  return {
    put: [
      { noun: 'merge', doc },
      { noun: 'train', doc: { ...rest, lastTip: landed.tip, ...owed } },
      ...(closed ? [{ noun: 'work' as const, doc: closed.doc }] : []),
    ],
    settle: closed?.settle ?? [],
    events: [
      event(doc, 'merge.landed', { ...landed, target: doc.target, ...(doc.unchecked ? { unchecked: true } : {}) }),
      ...(closed
        ? [
            {
              type: 'work.closed' as const,
              subject: merge.work,
              rig: merge.rig,
              data: { reason: reason.slice(0, 200), commit: landed.tip },
            },
          ]
        : []),
    ],
    answer: doc,
  };
}

/** It comes back with the evidence; after as many attempts as the rig allows the item waits for a person. */
export function returned(
  merge: Merge,
  work: Work | undefined,
  train: Records['train'],
  known: Records['escalation'] | undefined,
  rework: Rework,
  input: { maxAttempts: number; escalation: string },
  now: number,
): Change<Merge> {
  const doc = at(merge, 'returned', { returned: { ...rework, at: now } });
  const { current: _current, check: _check, ...rest } = train;
  const failed = work && work.status !== 'closed' ? failAttempt(work, known, rework, input, now) : undefined;
  return {
    put: [{ noun: 'merge', doc }, { noun: 'train', doc: rest as Records['train'] }, ...(failed?.put ?? [])],
    events: [event(doc, 'merge.returned', { kind: rework.kind, why: reworkInWords(rework) }), ...(failed?.events ?? [])],
    answer: doc,
  };
}

/** A run ended without handing in, as often as it may: the item counts a failed attempt. */
export function runFailed(
  run: Run,
  work: Work,
  known: Records['escalation'] | undefined,
  rework: Rework,
  input: { maxAttempts: number; escalation: string },
  now: number,
): Change<Run> {
  const doc: Run = { ...run, state: 'ended', outcome: 'failed', endedAt: now };
  const { run: _, ...free } = work;
  const failed = failAttempt(free as Work, known, rework, input, now);
  return {
    put: [{ noun: 'run', doc }, ...failed.put],
    events: [{ type: 'run.ended', subject: run.id, rig: run.rig, data: { outcome: 'failed', work: work.id } }, ...failed.events],
    answer: doc,
  };
}

/** A run has ended: its slot is free in this commit. A closed item keeps what it has; a suspended one wants a slot again. */
export function runEnded(run: Run, work: Work | undefined, outcome: NonNullable<Run['outcome']>, now: number): Change<Run> {
  const doc: Run = { ...run, state: 'ended', outcome, endedAt: now };
  const events: NewEvent[] = [{ type: 'run.ended', subject: run.id, rig: run.rig, data: { outcome, work: run.work } }];
  if (!work || work.run !== run.id) return { put: [{ noun: 'run', doc }], events, answer: doc };
  const { run: _, ...free } = work;
  return {
    put: [
      { noun: 'run', doc },
      { noun: 'work', doc: { ...free, updatedAt: now } as Work },
    ],
    events,
    answer: doc,
  };
}

/** A run that cannot go on until a person mends something: its slot is free in this commit, and the item, with all that it holds, waits for that person. */
export function runSuspended(
  run: Run,
  work: Work | undefined,
  known: Records['escalation'] | undefined,
  { escalation: id, why }: { escalation: string; why: string },
  now: number,
): Change<Run> {
  const change = runEnded(run, work, 'suspended', now);
  const question = escalate(known, { id, subject: run.work, cause: 'suspended', why, severity: 'high' }, now);
  return {
    ...change,
    put: [
      ...change.put.map((one) =>
        one.noun === 'work' && !work?.merge ? { ...one, doc: { ...one.doc, needsYou: { escalation: id, why } } } : one,
      ),
      { noun: 'escalation', doc: question },
    ],
    events: [...(change.events ?? []), { type: 'escalation.opened', subject: run.work, rig: run.rig, data: { why } }],
  };
}
