import type { Change, NewEvent, Put } from './change.ts';
import { jobMember } from './derive.ts';
import { type Look, TROUBLE_PATIENCE_MS } from './gate.ts';
import { kindOf } from './gate-kinds.ts';
import type { Member } from './ids.ts';
import { failStep, failureQuestion } from './molecule/failure.ts';
import type { Escalation, Gate, Molecule, Step } from './records.ts';
import { answered, escalate, escalationId } from './work.ts';

/** What a change of a gate reads beside it: all of now. */
export type Around = {
  /** Where somebody watches its steps. */
  readonly mol: Molecule | undefined;
  /** Those that it keeps back; work items are not touched. */
  readonly steps: readonly Step[];
  /** Questions about it, and about its steps, by id. */
  readonly questions: ReadonlyMap<string, Escalation>;
  /** Members of the scopes that these steps are in. */
  readonly fellows: readonly Step[];
};

/** Id of the question about a gate. That about a step that it denied is the question about a failed step. */
export const gateQuestion = (gate: string): string => escalationId(gate, 'gate');

const own = (gate: Gate): Member => jobMember.gate(gate) as Member;

const event = (gate: Gate, type: NewEvent['type'], data: Record<string, unknown> = {}): NewEvent => ({
  type,
  subject: gate.id,
  rig: gate.rig,
  data: { type: gate.type, ...(gate.mol ? { mol: gate.mol } : {}), ...data },
});

/** What its step needs besides is met: the clock starts. A gate with a condition is told of each step that closes from here on. */
export function opened(gate: Gate, { mol }: Around, now: number): Change<Gate> {
  const { timeoutMs } = gate;
  const doc: Gate = { ...gate, state: 'open', openedAt: now, ...(timeoutMs === undefined ? {} : { dueAt: now + timeoutMs }) };
  return {
    put: [{ noun: 'gate', doc }, ...(kindOf(gate) === 'condition' ? watching(mol, own(gate), true) : [])],
    events: [event(doc, 'gate.opened', timeoutMs === undefined ? {} : { dueAt: now + timeoutMs })],
    answer: doc,
  };
}

function watching(mol: Molecule | undefined, job: Member, wanted: boolean): Put[] {
  if (!mol || mol.watchers.includes(job) === wanted) return [];
  const others = mol.watchers.filter((one) => one !== job);
  return [{ noun: 'molecule', doc: { ...mol, watchers: wanted ? [...others, job] : others } }];
}

export type End = { readonly as: 'resolved' | 'denied' | 'cancelled'; readonly by: string; readonly reason: string };

/** Ends a gate: see its life. Asked again in the same words it answers as before. */
export function ended(gate: Gate, around: Around, { as, by, reason }: End, now: number): Change<Gate> {
  if (gate.state === as) return { put: [], answer: gate };
  const { lookAt: _at, lookAsked: _asked, troubleSince: _since, ...rest } = gate;
  // Whoever denied it is still told when it is cancelled.
  const how = as === 'cancelled' && gate.state === 'denied' && gate.ended ? gate.ended : { at: now, by, reason };
  const doc: Gate = { ...rest, state: as, ended: how };
  const fails = as === 'denied' ? failed(doc, around, now) : [];
  return {
    put: [
      { noun: 'gate', doc },
      ...fails.flatMap(({ put }) => put),
      ...(as === 'resolved' ? putBack(around, now) : []),
      ...closed([gateQuestion(gate.id)], around, now),
      ...watching(around.mol, own(gate), false),
    ],
    settle: [...(as === 'resolved' ? [gate.id] : []), ...fails.flatMap(({ settle }) => settle ?? [])],
    marks: fails.flatMap(({ marks }) => marks ?? []),
    text: fails.flatMap(({ text }) => text ?? []),
    events: [event(doc, `gate.${as}`, { by, reason: reason.slice(0, 200) }), ...fails.flatMap(({ events }) => events ?? [])],
    answer: doc,
  };
}

/** Its open steps do not run: they fail as any step does, and each asks a person. */
function failed(gate: Gate, { mol, steps, questions, fellows }: Around, now: number): Array<Change<Step>> {
  const reason = `${gate.id} was denied by ${gate.ended?.by ?? '?'}: ${gate.ended?.reason ?? ''}`;
  return steps
    .filter(({ status }) => status === 'open')
    .map((step) => {
      const own = step.mol === mol?.id ? mol : undefined;
      const ground = { mol: own, question: questions.get(failureQuestion(step.id)), fellows };
      return failStep(step, undefined, ground, { reason, class: DENIED }, now);
    });
}

const DENIED = 'denied';

/** Whether a step has failed because a gate of its was denied. */
const isDenied = ({ status, failed: how }: Step): boolean => status === 'failed' && how?.class === DENIED;

/** Steps that a denial has failed are open again, and nobody is asked about them. */
function putBack(around: Around, now: number): Put[] {
  const mine = around.steps.filter(isDenied);
  const open = mine.map(({ failed: _, ...step }): Put => ({ noun: 'step', doc: { ...step, status: 'open' } }));
  return [
    ...open,
    ...closed(
      mine.map(({ id }) => failureQuestion(id)),
      around,
      now,
    ),
  ];
}

const closed = (ids: readonly string[], { questions }: Around, now: number): Put[] =>
  ids.flatMap((id): Put[] => {
    const known = questions.get(id);
    return known && known.state !== 'closed' ? [{ noun: 'escalation', doc: answered(known, now) }] : [];
  });

/** A gate that was denied, or has been open for too long, is asked anew: its clock starts again. */
export function askedAgain(gate: Gate, around: Around, now: number): Change<Gate> {
  const doc: Gate = {
    id: gate.id,
    rig: gate.rig,
    title: gate.title,
    type: gate.type,
    awaitId: gate.awaitId,
    ...some(gate, ['condition', 'command', 'extra', 'reason', 'timeoutMs', 'mol', 'seq', 'found']),
    blocks: gate.blocks,
    needs: gate.needs,
    state: 'waiting',
    waiters: gate.waiters,
    createdAt: gate.createdAt,
    createdBy: gate.createdBy,
  };
  return {
    put: [{ noun: 'gate', doc }, ...putBack(around, now), ...closed([gateQuestion(gate.id)], around, now)],
    events: [event(doc, 'gate.asked_again')],
    answer: doc,
  };
}

function some<K extends keyof Gate>(gate: Gate, keys: readonly K[]): Partial<Pick<Gate, K>> {
  return Object.fromEntries(keys.flatMap((key) => (gate[key] === undefined ? [] : [[key, gate[key]]]))) as Partial<Pick<Gate, K>>;
}

/** A person is asked, once for each cause; the gate stays open. */
export function asks(
  gate: Gate,
  { questions }: Around,
  { cause, why }: { cause: string; why: string },
  now: number,
): Change<Gate> {
  if (gate.asked?.includes(cause)) return { put: [], answer: gate };
  const id = gateQuestion(gate.id);
  const says = `gate ${gate.id} (${gate.title}): ${why}`;
  const question = escalate(questions.get(id), { id, subject: gate.id, cause: 'gate', why: says, severity: 'medium' }, now);
  const doc: Gate = { ...gate, escalatedAt: now, asked: [...(gate.asked ?? []), cause] };
  return {
    put: [
      { noun: 'gate', doc },
      { noun: 'escalation', doc: question },
    ],
    events: [event(doc, 'gate.escalated', { cause, why: why.slice(0, 300) })],
    answer: doc,
  };
}

/** What was seen, of a gate that stays open. A look that saw what the last one saw writes nothing, unless the time of the next one must be kept. */
export function looked(gate: Gate, around: Around, look: Exclude<Look, { is: 'met' }>, now: number): Change<Gate> {
  const { lookAt: _at, lookAsked, troubleSince, ...rest } = gate;
  const since = look.is === 'trouble' ? (troubleSince ?? now) : undefined;
  // Steps that close make a condition look at once, whatever else it waits for.
  const lookAt = kindOf(gate) === 'condition' ? undefined : look.lookAt;
  const doc: Gate = {
    ...rest,
    ...look.found,
    seen: look.seen,
    lookedAt: now,
    ...(lookAt === undefined ? {} : { lookAt }),
    ...(since === undefined ? {} : { troubleSince: since }),
  };
  const news = lookAsked === undefined ? [] : [event(doc, 'gate.looked', { seen: look.seen.slice(0, 300) })];
  const told = since !== undefined && look.is === 'trouble' && (look.soon || now - since >= TROUBLE_PATIENCE_MS);
  const change = told ? asks(doc, around, { cause: look.cause, why: look.seen }, now) : undefined;
  if (change && change.put.length > 0) return { ...change, events: [...news, ...(change.events ?? [])] };
  const same = gate.seen === look.seen && !look.found && lookAsked === undefined && lookAt === undefined;
  return same ? { put: [], answer: gate } : { put: [{ noun: 'gate', doc }], events: news, answer: doc };
}
