import type { Change, NewEvent, Put } from './change.ts';
import { handIn } from './hand-in.ts';
import { parentOf } from './ids.ts';
import { merged } from './merge.ts';
import type { Known, Proof, Rules } from './proof.ts';
import type { Merge, Run, Work } from './records.ts';

/**
 * What the books write down again of one item, when Redis came back as it was an instant earlier. The books may have forgotten anything up to a whole life:
 * sling, grant, session, ack, `done`, the landing, the clean-up. What the world proves, from the strongest:
 *
 *   landed    a commit on the target names the item and the request: the item is closed by it, once
 *   session   the host knows a session of a run: the run is that one, and goes on with it (or takes note of its end)
 *   pinned    a head is pinned: it was handed in, and is handed in again
 *   worktree  a worktree was made for the item: the item holds it again, the next run goes on there
 *
 * A later attempt outweighs an earlier one: whoever works in run 2 has left the request of run 1 behind. Nothing else is invented: what was lost and cannot
 * be proved (a rejection, a death, a rework) happens again. An item whose own record is lost cannot be recovered from here.
 */

/** How the item was recovered, in words of events. */
export type Recovered = readonly string[];

const numberOf = (id: string): number => Number(id.slice(id.lastIndexOf('.') + 2));
const runOfMerge = (merge: string): string => merge.replace(/\.m(\d+)$/, '.r$1');
const isOpen = (merge: Merge | undefined): merge is Merge =>
  merge !== undefined && ['submitted', 'queued', 'checking', 'landing'].includes(merge.state);
const authorOf = (run: Run): string => `${run.rig}/polecats/${run.name}`;

/** Decides what is written again; undefined when the books know all that the world proves. */
export function recover(known: Known, proof: Proof, rules: Rules, now: number): Change<Recovered> | undefined {
  const { work } = known;
  if (work.status === 'closed') return undefined;
  if (proof.landed && known.landed?.state !== 'merged') return closeLanded(known, proof.landed, proof, rules, now);
  const began = holdAgain(work, proof);
  const adopted = adopt({ ...known, work: began }, proof, rules, now);
  const pinned = pinAgain(known, adopted?.work ?? began, adopted?.run, proof, rules, now);
  const remade = adopted || pinned ? undefined : (remake(known.run, proof) ?? heardAgain(known.run, proof, now));
  const how = [...(adopted ? ['session'] : []), ...(pinned ? ['pinned'] : []), ...(remade || began !== work ? ['again'] : [])];
  if (how.length === 0) return undefined;
  const last = new Map<string, Put>();
  for (const put of [
    { noun: 'work' as const, doc: adopted?.work ?? began },
    ...(adopted?.put ?? []),
    ...(remade ? [{ noun: 'run' as const, doc: remade }] : []),
    ...(pinned?.put ?? []),
  ])
    last.set(`${put.noun}:${put.doc.id}`, put);
  return { put: [...last.values()], events: [told(work, how), ...(pinned?.events ?? [])], answer: how };
}

const told = (work: Work, how: Recovered): NewEvent => ({
  type: 'work.recovered',
  subject: work.id,
  rig: work.rig,
  data: { how },
});

function holdAgain(work: Work, { tree }: Proof): Work {
  if (!tree || work.hold?.branch || (work.hold && work.hold.dir !== tree.dir)) return work;
  if (work.hold && !tree.branch) return work;
  return { ...work, hold: { name: tree.name, dir: tree.dir, ...(tree.branch ? { branch: tree.branch } : {}) } };
}

/** The target has it. A run that still has a session ends as one that has handed in; without one it ends here. */
function closeLanded(
  known: Known,
  landed: NonNullable<Proof['landed']>,
  proof: Proof,
  rules: Rules,
  now: number,
): Change<Recovered> {
  const { run, train } = known;
  const { run: _, ...free } = holdAgain(known.work, proof);
  const ofRun = run && run.state !== 'ended' ? run : undefined;
  const lives = ofRun && proof.session && parentOf(proof.session.id) === ofRun.id;
  const submitted = { at: now, head: landed.head };
  const ended: Run | undefined = ofRun && {
    ...ofRun,
    submitted: ofRun.submitted ?? submitted,
    ...(lives ? sessionOf(proof, rules, now) : { state: 'ended', outcome: 'submitted', endedAt: now }),
  };
  const work: Work = { ...free, ...(lives ? { run: ofRun.id } : {}), runs: Math.max(free.runs, numberOf(landed.merge)) };
  const merge = known.landed ?? requestOf(work, landed, authorOfItem(work, run), rules, now);
  const change = merged(merge, work, train, { tip: landed.tip, how: 'swap' }, now);
  const left = isOpen(known.merge) && known.merge.id !== merge.id ? known.merge : undefined;
  return {
    ...change,
    put: [
      ...change.put,
      ...(ended ? [{ noun: 'run' as const, doc: ended }] : []),
      ...(left ? [{ noun: 'merge' as const, doc: { ...left, state: 'superseded' as const } }] : []),
    ],
    events: [told(work, ['landed']), ...(change.events ?? [])],
    answer: ['landed'],
  };
}

const authorOfItem = (work: Work, run: Run | undefined): string =>
  run ? authorOf(run) : `${work.rig}/polecats/${work.hold?.name ?? 'unknown'}`;

function requestOf(work: Work, landed: { merge: string; head: string }, author: string, rules: Rules, now: number): Merge {
  return {
    id: landed.merge,
    work: work.id,
    generation: work.generation,
    run: runOfMerge(landed.merge),
    rig: work.rig,
    target: rules.target,
    branch: work.hold?.branch ?? '',
    head: landed.head,
    title: work.title,
    author,
    priority: work.priority,
    state: 'landing',
    submittedAt: now,
    checks: 0,
  };
}

function sessionOf({ session, tree }: Proof, { token, tip }: Rules, now: number): Partial<Run> {
  if (!session) return {};
  const { id, pid, born, startedAt } = session;
  return {
    state: 'live',
    sessions: numberOf(id),
    // It has said hello, as far as anybody knows: what it was told to do it does.
    session: { id, token: token(id), at: startedAt, pid, born, ackedAt: now },
    ...(tree?.branch ? { branch: tree.branch } : {}),
    lastHead: tree?.head ?? tip,
  };
}

/** The run of a session that the books have forgotten, whole or in part. */
function adopt(known: Known, proof: Proof, rules: Rules, now: number): { run: Run; work: Work; put: Put[] } | undefined {
  const { session } = proof;
  const { work, sessionRun } = known;
  if (!session) return undefined;
  const id = parentOf(session.id);
  if (sessionRun?.state === 'ended' || sessionRun?.submitted || numberOf(id) < work.runs) return undefined;
  if (sessionRun?.session && numberOf(sessionRun.session.id) >= numberOf(session.id)) return undefined;
  const hold = work.hold;
  if (!sessionRun && !hold) return undefined; // its worktree is gone: nothing to go on with
  const base = sessionRun ?? newRun(work, id, rules.agent, session.startedAt);
  const { notBefore: _n, ...kept } = base;
  const run: Run = {
    ...kept,
    base: base.base ?? rules.tip,
    ...sessionOf(proof, rules, now),
  } as Run;
  const left = leaveBehind(known, id, now);
  return { run, work: { ...left.work, status: 'in_progress', run: id }, put: [...left.put, { noun: 'run', doc: run }] };
}

/** The item as it is when a later attempt than the books know has begun: what they hold of earlier ones is over. */
function leaveBehind({ work, run, merge }: Known, id: string, now: number): { work: Work; put: Put[] } {
  const { want: _w, needsYou: _y, run: current, merge: request, ...rest } = work;
  const over = run && run.id !== id && run.state !== 'ended' ? run : undefined;
  const left = isOpen(merge) && numberOf(merge.id) < numberOf(id) ? merge : undefined;
  const doc: Work = {
    ...rest,
    ...(current && !over ? { run: current } : {}),
    ...(request && !left ? { merge: request } : {}),
    runs: Math.max(work.runs, numberOf(id)),
    updatedAt: now,
  };
  const put: Put[] = [];
  if (left) put.push({ noun: 'merge', doc: { ...left, state: 'superseded' } });
  if (over) put.push({ noun: 'run', doc: { ...over, state: 'ended', outcome: 'suspended', endedAt: now } });
  return { work: doc, put };
}

function newRun(work: Work, id: string, agent: string, grantedAt: number): Run {
  return {
    id,
    work: work.id,
    generation: work.generation,
    rig: work.rig,
    name: work.hold?.name ?? '',
    agent: work.agent ?? work.molAgent ?? agent,
    attempt: work.failures + 1,
    state: 'live',
    grantedAt,
    dir: work.hold?.dir ?? '',
    ...(work.hold?.branch ? { branch: work.hold.branch } : {}),
    ...(work.molecule ? { molecule: work.molecule } : {}),
    sessions: 0,
    deaths: 0,
    snapshots: 0,
  };
}

/** Hands a pinned head in again, unless somebody goes on from it: a live session whose branch has moved will say so itself. */
function pinAgain(
  known: Known,
  work: Work,
  adopted: Run | undefined,
  { session, pinned, tree }: Proof,
  rules: Rules,
  now: number,
): Change<Merge> | undefined {
  if (!pinned || known.pinned) return undefined;
  const id = runOfMerge(pinned.merge);
  const works = session && !session.over && parentOf(session.id) === id;
  if (numberOf(id) < work.runs || (works && tree && tree.head !== pinned.head)) return undefined;
  const run = adopted?.id === id ? adopted : known.pinRun;
  if (run && (run.state === 'ended' || run.submitted)) return undefined;
  const left = leaveBehind({ ...known, work }, id, now);
  if (left.work.merge) return undefined;
  // Nothing is left of its run but the pin: it has ended.
  const past = (): Run => ({ ...newRun(work, id, rules.agent, now), state: 'ended', outcome: 'submitted', endedAt: now });
  const whose = run ?? past();
  const change = handIn(whose, left.work, known.train, { head: pinned.head, target: rules.target, author: authorOf(whose) }, now);
  return { ...change, put: [...left.put, ...change.put] };
}

/** A session that the books know and have not heard: it may have said hello after the instant that is left, and need not say so twice. */
function heardAgain(run: Run | undefined, { session, tree }: Proof, now: number): Run | undefined {
  if (!run || run.state === 'ended') return undefined;
  // Its worktree was made before its branch was written down again: another branch must not be chosen.
  if (!run.branch && tree?.branch && tree.dir === run.dir) return { ...run, branch: tree.branch };
  if (!session || session.over || run.session?.id !== session.id || run.session.exit || run.session.ackedAt !== undefined)
    return undefined;
  return { ...run, session: { ...run.session, pid: session.pid, born: session.born, ackedAt: now } };
}

/** A run whose worktree the world has removed meanwhile, and whose session nobody knows, begins with its worktree. */
function remake(run: Run | undefined, { tree, session }: Proof): Run | undefined {
  if (!run || tree || session || (run.state !== 'ready' && run.state !== 'live')) return undefined;
  return { ...run, state: 'granted' };
}
