import { needsPerson } from './gate-kinds.ts';
import { jobId, type Member, member } from './ids.ts';
import { keptUntil } from './molecule/retention.ts';
import type { Noun, Records } from './records.ts';
import { agentStands, letterStands, memoryStands, messageStands } from './standing-talk.ts';

/**
 * What follows from a record, whoever writes it: the indexes it stands in, and the jobs that its change concerns. Both are computed from the
 * document alone, so that no verb can forget one. The store compares before and after, and moves only what differs.
 */

/** Where a record stands: index, score, and the member when that is not the record's id. */
export type Standing = ReadonlyArray<readonly [index: string, score: number, member?: string]>;

/** Priority first, then rework before new work, then age: lower goes first. Exact: ms need 41 bits, the rest stays under 2^53. */
function wantScore(priority: number, rework: boolean, since: number): number {
  return priority * 2e13 + (rework ? 0 : 1e13) + since;
}

/** A merge request's place: priority, then age. */
const queueScore = (priority: number, since: number): number => priority * 2e13 + since;

/** Ends of a delivery of which somebody should know. */
const MISSED: readonly string[] = ['not-sent', 'draft-left', 'unknown', 'expired', 'undeliverable'];

/** Whether the record's job has nothing left to do. */
export const isFinal: { readonly [N in Noun]: (doc: Records[N]) => boolean } = {
  work: (doc) => doc.status === 'closed' && doc.hold === undefined && doc.run === undefined && doc.merge === undefined,
  run: (doc) => doc.state === 'ended',
  merge: (doc) =>
    doc.state === 'returned' ||
    doc.state === 'superseded' ||
    doc.state === 'cancelled' ||
    (doc.state === 'merged' && doc.mirror !== undefined),
  check: (doc) => doc.state !== 'planned',
  delivery: (doc) => doc.state !== 'pending' && doc.state !== 'claimed',
  molecule: (doc) => doc.state === 'closed',
  step: (doc) => doc.status === 'closed',
  gate: (doc) => doc.state === 'resolved' || doc.state === 'cancelled',
  agent: () => false,
  message: () => true,
  letter: () => true,
  memory: () => true,
  proto: () => true,
  train: () => false,
  dispatch: () => false,
  verdict: () => true,
  recipient: () => true,
  patrol: () => true,
  escalation: () => true,
  worker: () => true,
};

/** The job of a record, or undefined for nouns without one. */
export const jobMember: { readonly [N in Noun]: (doc: Records[N]) => Member | undefined } = {
  work: (doc) => member('work', `${doc.id}@${doc.generation}`),
  run: (doc) => member('polecats', doc.id),
  merge: (doc) => member('merges', doc.id),
  check: (doc) => member('checks', doc.id),
  delivery: (doc) => member('deliveries', doc.id),
  train: (doc) => member('trains', `${doc.id}@${doc.generation}`),
  dispatch: (doc) => member('dispatch', `${doc.id}@${doc.generation}`),
  molecule: (doc) => member('molecules', jobId(doc.id, 1)),
  step: (doc) => member('steps', jobId(doc.id, 1)),
  gate: (doc) => member('gates', jobId(doc.id, 1)),
  agent: (doc) => member('agents', jobId(doc.id, 1)),
  message: () => undefined,
  letter: () => undefined,
  memory: () => undefined,
  proto: () => undefined,
  verdict: () => undefined,
  recipient: () => undefined,
  patrol: () => undefined,
  escalation: () => undefined,
  worker: () => undefined,
};

/** Records that the town has once, with fixed ids. */
export const THE_TOWN = 'town';
export const THE_WORKER = 'worker';
/** Index of jobs whose molecules were dropped, by the time of that: they are on the board until the deacon comes. */
export const BURIED = 'buried';
/** Index of molecules that were dropped, by the time of that: no other has such an id while jobs, logs and ends of commands may know it by that id. */
export const GONE = 'molecules.gone';
/** Index of the items that lie in another one, or in a step. */
export const childrenIndex = (parent: string): string => `children:${parent}`;
const DISPATCH = member('dispatch', `${THE_TOWN}@1`);
const train = (rig: string) => member('trains', `${rig}@1`);

/** Indexes beyond `jobs`, for nouns that are listed somewhere. */
const standing: { readonly [N in Noun]?: (doc: Records[N]) => Standing } = {
  work: (doc) => {
    const at: Array<readonly [string, number, string?]> = [];
    if (doc.status === 'closed')
      at.push(['work.closed', doc.closed?.at ?? doc.updatedAt], [`work.closed:${doc.rig}`, doc.closed?.at ?? doc.updatedAt]);
    else at.push(['work.open', doc.createdAt], [`work.open:${doc.rig}`, doc.createdAt]);
    if (doc.status === 'hooked') at.push([`work.hooked:${doc.rig}`, doc.createdAt]);
    if (doc.want && !doc.run && !doc.needsYou) {
      const place = wantScore(doc.priority, doc.want.rework, doc.want.since);
      at.push(['want', place], [`want:${doc.rig}`, place]);
    }
    if (doc.needsYou) at.push(['needs-you', doc.updatedAt]);
    if (doc.hold) at.push(['names', 0, doc.hold.name]);
    if (doc.parent) at.push([childrenIndex(doc.parent), doc.createdAt]);
    if (doc.status === 'closed' && isFinal.work(doc) && !doc['jobsRemoved']) at.push(['ended', doc.closed?.at ?? doc.updatedAt]);
    return at;
  },
  run: (doc) =>
    doc.state === 'ended'
      ? []
      : [
          ['runs.live', doc.grantedAt],
          [`runs.live:${doc.rig}`, doc.grantedAt],
        ],
  merge: (doc) => {
    const at: Array<[string, number]> = [];
    const open = doc.state === 'submitted' || doc.state === 'queued' || doc.state === 'checking' || doc.state === 'landing';
    if (open) at.push([`merges.open:${doc.rig}`, queueScore(doc.priority, doc.submittedAt)]);
    if (open && doc.state !== 'submitted') at.push([`merges.queued:${doc.rig}`, queueScore(doc.priority, doc.submittedAt)]);
    if (!open) at.push([`merges.ended:${doc.rig}`, doc.landed?.at ?? doc.returned?.at ?? doc.submittedAt]);
    if (doc.state === 'merged' && doc.mirror?.state === 'left') at.push([`merges.unpushed:${doc.rig}`, doc.submittedAt]);
    return at;
  },
  check: (doc) => (doc.state === 'planned' ? [[`checks.open:${doc.rig}`, doc.plannedAt]] : []),
  delivery: (doc) => {
    if (!isFinal.delivery(doc)) return [['deliveries.open', doc.createdAt]];
    const at = doc.endedAt ?? doc.createdAt;
    const missed = MISSED.includes(doc.state) && !doc.dismissed;
    const shown = ['deliveries.undelivered', `deliveries.undelivered:${doc.work}`].map((index) => [index, at] as const);
    return [['deliveries.ended', at], ...(missed ? shown : [])];
  },
  agent: agentStands,
  message: messageStands,
  letter: letterStands,
  memory: memoryStands,
  proto: (doc) => [['protos', doc.createdAt]],
  molecule: moleculeStands,
  step: (doc) => [
    [`${doc.status === 'closed' ? 'steps.closed' : 'steps.open'}:${doc.mol}`, doc.seq],
    ...(doc.closed?.outcome === 'failed' ? [[`steps.failed:${doc.mol}`, doc.seq] as const] : []),
    ...(doc.status === 'failed' ? [['steps.person', doc.failed?.at ?? 0] as const] : []),
  ],
  gate: (doc) => {
    const at: Array<[string, number]> = doc.mol ? [[`gates:${doc.mol}`, doc.seq ?? 0]] : [];
    if (isFinal.gate(doc)) return [...at, ['gates.closed', doc.ended?.at ?? doc.createdAt]];
    at.push(['gates.open', doc.createdAt]);
    if (needsPerson(doc)) at.push(['gates.person', doc.openedAt ?? doc.createdAt]);
    return at;
  },
  train: () => [['trains', 0]],
  patrol: () => [['patrols', 0]],
  escalation: (doc) => [[doc.state === 'closed' ? 'escalations.closed' : 'escalations.open', doc.openedAt]],
};

/** A molecule stands among the open or closed ones; under what it hangs; and, when it has ended and hangs under nothing, among those that go one day. */
function moleculeStands(doc: Records['molecule']): Standing {
  const at: Array<readonly [string, number]> = [];
  if (doc.work) at.push([`molecules.of:${doc.work}`, doc.createdAt]);
  if (doc.under) at.push([`molecules.below:${doc.under}`, doc.createdAt]);
  if (doc.state !== 'closed') {
    if (doc.under) at.push([`molecules.under:${doc.under}`, doc.createdAt]);
    if (doc.phase === 'vapor') at.push(['wisps.open', doc.createdAt]);
    return [...at, ['molecules.open', doc.createdAt], [`molecules.open:${doc.rig}`, doc.createdAt]];
  }
  const ended = doc.closed?.at ?? doc.updatedAt;
  at.push(['molecules.closed', ended]);
  if (doc.phase === 'vapor') at.push(['wisps.closed', ended]);
  if (doc.work || doc.step || doc.under) return at;
  if (!doc['jobsRemoved']) at.push(['molecules.ended', ended]);
  const until = keptUntil(doc);
  return until === undefined ? at : [...at, ['molecules.due', until]];
}

/** Every index of a record. Index `jobs` holds each job that should live, but those of steps, which their molecules list: what the deacon compares with BullMQ. */
export function standingOf<N extends Noun>(noun: N, doc: Records[N]): Standing {
  const job = noun === 'step' || isFinal[noun](doc) ? undefined : jobMember[noun](doc);
  const own = standing[noun]?.(doc) ?? [];
  return job ? [...own, ['jobs', 0, job] as const] : own;
}

type Concerned = readonly (Member | undefined)[];

/** Jobs that a change concerns, for nouns where it is not their own alone. */
const concerned: { readonly [N in Noun]?: (doc: Records[N], before: Records[N] | undefined) => Concerned } = {
  work: (doc, before) => [
    jobMember.work(doc),
    ...(wants(doc) || wants(before) ? [DISPATCH] : []),
    ...(doc.status === 'closed' && before?.status !== 'closed' ? gatesAmong(doc.deps) : []),
    ...(doc.leg && hasNews(doc, before) ? [member('steps', `${doc.leg.step}@1`)] : []),
  ],
  run: (doc, before) => [
    jobMember.run(doc),
    ...(doc.state === 'ended' && before?.state !== 'ended' ? [DISPATCH, member('work', `${doc.work}@${doc.generation}`)] : []),
  ],
  merge: (doc) => [jobMember.merge(doc), member('work', `${doc.work}@${doc.generation}`), train(doc.rig)],
  // Who is next in the line has to look when that changes, or when the agent has become idle or is there again.
  recipient: (doc, before) => {
    const [next] = doc.line;
    const same = before?.line[0]?.id === next?.id && before?.idle?.at === doc.idle?.at && before?.session === doc.session;
    return next && !same ? [member('deliveries', next.id)] : [];
  },
  // Its job sleeps until its steps have ended: what an agent has in hand does not concern it. A new step's job is added, held, by the pour.
  molecule: (doc, before) => [
    ...(before && doc.state === before.state && !doc.cancel === !before.cancel ? [] : [jobMember.molecule(doc)]),
    ...(doc.state === 'closed' ? [above(doc)] : []),
  ],
  // Gates look when what they keep back has ended without them, or was put back after they were denied; so does the work of a leg when its step has ended.
  step: (doc, before) => {
    if (!before) return [];
    const lifted = doc.status !== before.status && (doc.status === 'closed' || before.status === 'failed');
    const leg = doc.work && doc.status === 'closed' && before.status !== 'closed' ? [member('work', jobId(doc.work, 1))] : [];
    return [jobMember.step(doc), ...(lifted ? gatesAmong(doc.needs) : []), ...leg];
  },
  gate: (doc, before) => (before || !doc.mol ? [jobMember.gate(doc)] : []),
  check: (doc, before) => [jobMember.check(doc), ...(before && doc.state !== before.state ? [train(doc.rig)] : [])],
};

/** The step whose work it is ends with it, before worktree and branch are cleared away; and it says that a person is asked. */
const hasNews = (doc: Records['work'], before: Records['work'] | undefined): boolean =>
  (doc.status === 'closed') !== (before?.status === 'closed') || !doc.needsYou !== !before?.needsYou;

/** Jobs of those needs that are gates, by the form of their ids: `MOL.gate-STEP`, and `gp-gate-4kx` for one that stands alone. */
export const gatesAmong = (needs: readonly string[] = []): Member[] =>
  needs.filter((id) => /[.-]gate-/.test(id)).map((id) => member('gates', jobId(id, 1)));

/** The job that a molecule hangs under. */
const above = (doc: Records['molecule']): Member | undefined =>
  doc.step
    ? member('steps', `${doc.step}@1`)
    : doc.under
      ? jobMember.molecule({ ...doc, id: doc.under })
      : doc.work
        ? member('work', `${doc.work}@${doc.workGeneration ?? 1}`)
        : undefined;

const wants = (doc: Records['work'] | undefined): boolean => doc?.want !== undefined && doc.run === undefined;

/** The jobs that a write of this record concerns. The job of a record that was final already is left in peace. */
export function concernedBy<N extends Noun>(noun: N, doc: Records[N], before: Records[N] | undefined): Member[] {
  const all = concerned[noun]?.(doc, before) ?? [jobMember[noun](doc)];
  const over = before && isFinal[noun](before) ? jobMember[noun](before) : undefined;
  return all.filter((one) => one !== undefined && one !== over) as Member[];
}
