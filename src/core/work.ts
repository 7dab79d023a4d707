import type { Change, NewEvent, Put } from './change.ts';
import { jobId, type Member, member } from './ids.ts';
import type { Escalation, Merge, Rework, Run, Work } from './records.ts';
import { type Refusal, refuse } from './refusals.ts';

/**
 * The life of a work item.
 *
 *   open ──sling──▸ hooked ──its agent's first call──▸ in_progress ──landed, or declared without code──▸ closed
 *
 * - **open, deferred, pinned, blocked**: nothing happens until somebody slings it (or sets another status).
 * - **hooked**: somebody wants it done. While needs are unmet it waits for them; then it wants a slot (`want`); dispatch grants one and a run begins.
 * - **in_progress**: an agent has it, or the refinery has what the agent made (then `merge` is set, and the item is shown as submitted or merging).
 *   A request that comes back leaves the evidence on the item (`rework`), and the item wants a slot again, ahead of new work of its priority.
 * - **parked**: its polecat was put to sleep or killed, and nothing of it is started until somebody wakes it or slings it again. Released it is open.
 * - **needsYou**: as many attempts failed as the rig allows; it stays until a person slings it again.
 * - **closed**: only with evidence: a landed commit, or a declared outcome. Name, branch and worktree (`hold`) go last.
 * A milestone has no work of its own: it closes when its needs are met.
 */
export const MILESTONE = 'milestone';

/** What the item's job does next. Any wake asks this anew. */
export type WorkMove =
  | { readonly do: 'hold'; readonly why: string }
  | { readonly do: 'await-run'; readonly run: string }
  | { readonly do: 'await-merge'; readonly merge: string }
  | { readonly do: 'want' }
  | { readonly do: 'close-milestone' }
  | { readonly do: 'close-with-molecule'; readonly mol: string }
  | { readonly do: 'clean-up' }
  | { readonly do: 'end' };

/** How an item's molecule stands to it, when none of its steps is for the item's agent now. */
export type MoleculeStands =
  /** For what it waits; and whether something of it wants the item's worktree, which a run makes. */
  | { readonly waits: string; readonly worktree: boolean }
  /** It is done, and nothing of it was for the item's agent, nor lies in its worktree. */
  | { readonly done: string };

/**
 * Decides the next move.
 * @param unmet how many needs are unmet
 * @param molecule how its molecule stands; undefined when there is none, or it has something for an agent to do
 */
export function nextForWork(work: Work, unmet: number, molecule?: MoleculeStands): WorkMove {
  if (work.run) return { do: 'await-run', run: work.run };
  if (work.merge) return { do: 'await-merge', merge: work.merge };
  if (work.status === 'closed') return work.hold ? { do: 'clean-up' } : { do: 'end' };
  if (work.needsYou) return { do: 'hold', why: `needs you: ${work.needsYou.why}` };
  if (work.parked) return { do: 'hold', why: `${parkedInWords(work.parked)}: \`gt wake ${work.id}\` goes on` };
  if (work.status !== 'hooked' && work.status !== 'in_progress')
    return { do: 'hold', why: `${work.status}: nobody has slung it` };
  if (work.want) return { do: 'hold', why: 'waiting for a slot' };
  if (unmet > 0) return { do: 'hold', why: `waiting for ${unmet} other ${unmet === 1 ? 'item' : 'items'} to close` };
  if (molecule && 'done' in molecule) return { do: 'close-with-molecule', mol: molecule.done };
  // No run is needed until an agent is, or a worktree for commands.
  if (molecule && (work.hold?.branch !== undefined || !molecule.worktree))
    return { do: 'hold', why: `no step is ready: waits for ${molecule.waits}` };
  return work.type === MILESTONE ? { do: 'close-milestone' } : { do: 'want' };
}

export type NewWork = {
  readonly id: string;
  readonly rig: string;
  readonly title: string;
  readonly type: string;
  readonly priority: number;
  readonly labels: readonly string[];
  readonly deps: readonly string[];
  readonly agent?: string;
  readonly parent?: string;
  readonly assignee?: string;
  readonly text: Readonly<Record<string, string>>;
};

const jobOf = (work: Work): Member => member('work', jobId(work.id, work.generation));

/** A new item. @param open which of its needs are not closed yet */
export function createWork(input: NewWork, open: readonly string[], actor: string, now: number): Change<Work> {
  const { text, labels, deps, agent, parent, ...rest } = input;
  const doc: Work = {
    ...rest,
    ...(agent ? { agent } : {}),
    ...(parent ? { parent } : {}),
    generation: 1,
    status: 'open',
    labels: [...labels].sort(),
    deps: [...deps],
    createdAt: now,
    createdBy: actor,
    updatedAt: now,
    runs: 0,
    failures: 0,
  };
  return {
    put: [{ noun: 'work', doc }],
    needs: deps.length > 0 ? [{ id: doc.id, job: jobOf(doc), on: open }] : [],
    text: Object.keys(text).length > 0 ? [{ id: doc.id, fields: text }] : [],
    events: [{ type: 'work.created', subject: doc.id, rig: doc.rig, data: { title: doc.title.slice(0, 200) } }],
    answer: doc,
  };
}

/** More needs for an item that is not closed. @param open which of them are not closed yet */
export function addNeeds(work: Work, on: readonly string[], open: readonly string[], now: number): Change<Work> | Refusal {
  if (work.status === 'closed') return refuse('WORK_CLOSED', { id: work.id, reason: work.closed?.reason ?? '' });
  const { want, ...rest } = work;
  // An item in the line for a slot leaves it: it comes back when what it needs has closed.
  const kept = want && open.length === 0 ? { want } : {};
  const doc: Work = { ...rest, ...kept, deps: [...new Set([...work.deps, ...on])], updatedAt: now };
  return {
    put: [{ noun: 'work', doc }],
    needs: [{ id: doc.id, job: jobOf(doc), on: open }],
    events: [{ type: 'work.needs_added', subject: doc.id, rig: doc.rig, data: { on: on.slice(0, 20) } }],
    answer: doc,
  };
}

/**
 * Puts an item on the hook: wanted, done as soon as its needs are met and a slot is free. @param by the address of who does; `manual`: a person starts the
 * agent
 */
export function sling(
  work: Work,
  { agent, by, manual = false }: { agent?: string | undefined; by: string; manual?: boolean | undefined },
  now: number,
): Change<Work> | Refusal {
  const { id } = work;
  if (work.status === 'closed') return refuse('WORK_CLOSED', { id, reason: work.closed?.reason ?? 'closed' });
  if (work.status === 'deferred' || work.status === 'pinned') return refuse('WORK_HELD', { id, status: work.status });
  if (work.run) return refuse('WORK_TAKEN', { id, holder: `run ${work.run}` });
  if (work.merge) return refuse('WORK_TAKEN', { id, holder: `merge request ${work.merge}` });
  const again = work.needsYou !== undefined || work.parked !== undefined;
  if (!again && (work.status === 'hooked' || work.status === 'in_progress'))
    return refuse('WORK_TAKEN', { id, holder: 'the town: it waits for its turn' });
  const { needsYou: _needs, parked: _parked, manual: _manual, ...rest } = work;
  const doc: Work = {
    ...rest,
    status: again && work.status === 'in_progress' ? 'in_progress' : 'hooked',
    failures: 0,
    slungAt: now,
    slungBy: by,
    updatedAt: now,
    ...(agent ? { agent } : {}),
    ...(manual ? { manual } : {}),
  };
  return {
    put: [{ noun: 'work', doc }],
    events: [{ type: 'work.slung', subject: id, rig: doc.rig, data: again ? { again } : {} }],
    answer: doc,
  };
}

/** The item's needs are met: it wants a slot, in the order in which it was slung. */
export function wantSlot(work: Work, now: number): Change<Work> {
  const since = typeof work['slungAt'] === 'number' ? work['slungAt'] : now;
  const doc: Work = { ...work, want: { since, rework: work.rework !== undefined }, updatedAt: now };
  return { put: [{ noun: 'work', doc }], events: [{ type: 'work.ready', subject: doc.id, rig: doc.rig }], answer: doc };
}

/** The parts of a close, for the commit that proves it. */
export function closing(work: Work, how: NonNullable<Work['closed']>): { doc: Work; settle: readonly string[] } {
  const { want: _want, needsYou: _needs, parked: _parked, rework: _rework, merge: _merge, ...rest } = work;
  return { doc: { ...rest, status: 'closed', closed: how, updatedAt: how.at }, settle: [work.id] };
}

/** A milestone whose needs are met. */
export function closeMilestone(work: Work, now: number): Change<Work> {
  const { doc, settle } = closing(work, { at: now, reason: 'its needs are met' });
  return { put: [{ noun: 'work', doc }], settle, events: [{ type: 'work.closed', subject: doc.id, rig: doc.rig }], answer: doc };
}

/**
 * An attempt failed: back with the evidence, ahead of new work; or, after `maxAttempts`, parked until a person looks, with one escalation.
 * @param known the escalation of that id, if there is one
 */
export function failAttempt(
  work: Work,
  known: Escalation | undefined,
  rework: Rework,
  { maxAttempts, escalation: id }: { maxAttempts: number; escalation: string },
  now: number,
): { put: Put[]; events: NewEvent[] } {
  const failures = work.failures + 1;
  const { want: _want, merge: _merge, ...rest } = work;
  const doc: Work = { ...rest, status: 'in_progress', failures, rework, updatedAt: now };
  if (failures < maxAttempts) return { put: [{ noun: 'work', doc }], events: [] };
  const why = `${failures} ${failures === 1 ? 'attempt' : 'attempts'} failed, the last one: ${reworkInWords(rework)}`;
  const question = escalate(known, { id, subject: work.id, cause: 'max_attempts', why, severity: 'high' }, now);
  return {
    put: [
      { noun: 'work', doc: { ...doc, needsYou: { escalation: id, why } } },
      { noun: 'escalation', doc: question },
    ],
    events: [{ type: 'escalation.opened', subject: work.id, rig: work.rig, data: { why } }],
  };
}

/** Why work came back, in a person's words. */
export function reworkInWords(rework: Pick<Rework, 'kind'>): string {
  return { conflict: 'it conflicts with the target', checks: 'the checks failed', died: 'its agent died' }[rework.kind];
}

/** The item has let go of name, branch and worktree. */
export function letGo(work: Work, now: number): Change<Work> {
  const { hold: _, ...doc } = { ...work, updatedAt: now };
  return {
    put: [{ noun: 'work', doc: doc as Work }],
    events: [{ type: 'work.cleaned_up', subject: work.id, rig: work.rig }],
    answer: doc as Work,
  };
}

/** What a person calls the state of an item: its stored status, or what its request or wish says. */
export function standingOfWork(work: Work, merge: Merge | undefined, run: Run | undefined, unmet: number): string {
  if (work.status === 'closed') return 'closed';
  if (work.needsYou) return 'needs you';
  if (work.parked) return work.parked.as;
  if (merge) return merge.state === 'submitted' || merge.state === 'queued' ? 'submitted' : 'merging';
  if (run?.manual && !run.submitted && run.session?.words && !run.session.ackedAt) return 'yours to begin';
  if (run) return run.submitted ? 'handed in' : run.session?.ackedAt ? 'in progress' : 'starting';
  if (unmet > 0) return work.status === 'open' ? 'blocked' : `${work.status}, waiting for ${unmet}`;
  if (work.want) return work.rework ? 'rework waits for a slot' : 'waits for a slot';
  return work.status.replace('_', ' ');
}

/** That a polecat was put aside, and by whom. */
export const parkedInWords = ({ as, by }: NonNullable<Work['parked']>): string =>
  `${as === 'asleep' ? 'put to sleep' : 'killed'} by ${by}`;

/** The same cause about the same subject is one escalation. */
export const escalationId = (subject: string, cause: string): string =>
  `hq-esc-${subject}-${cause}`.replace(/[^\w.-]+/g, '-').toLowerCase();

/** Nobody is asked any more. Asked again later, it is a new question. */
export const answered = (known: Escalation, now: number): Escalation => ({ ...known, state: 'closed', lastAt: now });

/** An escalation's record: the same cause again raises its count. */
export function escalate(
  known: Escalation | undefined,
  input: { id: string; subject: string; cause: string; why: string; severity: Escalation['severity'] },
  now: number,
): Escalation {
  if (known && known.state !== 'closed') return { ...known, count: known.count + 1, lastAt: now, why: input.why };
  return { ...input, count: 1, state: 'open', openedAt: now, lastAt: now };
}
