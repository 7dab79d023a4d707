import type { Change, Put } from '#core/change';
import { jobMember } from '#core/derive';
import { runConditionFault } from '#core/formula/run-condition';
import { beadOf } from '#core/gate-kinds';
import { type Member, shortHash } from '#core/ids';
import { TITLE_BYTES } from '#core/limits';
import type { Gate, Step, Work } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import { wayTo } from './add-needs.ts';

/** What a person says of a new gate. */
export type NewGate = {
  readonly name: string;
  readonly type: string;
  /** Empty: the town's. */
  readonly rig: string;
  readonly prefix: string;
  /** Work items and open steps that are to wait for it. */
  readonly keepsBack: readonly string[];
  readonly timeoutMs?: number;
  readonly awaitId?: string;
  readonly condition?: string;
  readonly command?: string;
  readonly reason?: string;
};

/**
 * Makes a gate that stands alone: its clock starts now. Work items that wait for a slot leave the line; what an agent has in hand already cannot be kept back.
 * @returns the gate, or GATE_INVALID, GATE_TARGET_UNKNOWN, GATE_LATE, GATE_EPIC, TITLE_INVALID, WORK_CLOSED, DEP_CYCLE
 */
export async function createGate(desk: Desk, input: NewGate): Promise<Gate | Refusal> {
  const bytes = new TextEncoder().encode(input.name.trim()).length;
  if (bytes === 0 || bytes > TITLE_BYTES || /\p{Cc}/u.test(input.name)) return refuse('TITLE_INVALID', { bytes });
  const wrong = whyNever(input);
  if (wrong) return refuse('GATE_INVALID', wrong);
  return desk.change<Gate>(async (reading) => {
    const now = desk.clock.now();
    const gate = newGate(input, await freeId(desk, reading, input.prefix), desk.actor, now);
    const held = await holdBack(reading, gate, now);
    if (isRefusal(held)) return held;
    const cycle = await closesCircle(reading, gate);
    if (cycle) return cycle;
    return {
      ...held,
      put: [{ noun: 'gate', doc: gate }, ...held.put],
      events: [
        { type: 'gate.created', subject: gate.id, rig: gate.rig, data: { type: gate.type, blocks: gate.blocks.slice(0, 20) } },
      ],
      answer: gate,
    };
  });
}

function newGate(input: NewGate, id: string, actor: string, now: number): Gate {
  const { timeoutMs, condition, command, reason } = input;
  return {
    id,
    rig: input.rig,
    title: input.name.trim(),
    type: input.type,
    awaitId: input.awaitId ?? '',
    ...(condition === undefined ? {} : { condition }),
    ...(command === undefined ? {} : { command }),
    ...(reason ? { reason } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs, dueAt: now + timeoutMs }),
    blocks: [...new Set(input.keepsBack)],
    needs: [],
    state: 'open',
    openedAt: now,
    waiters: [],
    createdAt: now,
    createdBy: actor,
  };
}

/** What is missing for it ever to open, with what to do; undefined when nothing is. */
function whyNever({ type, timeoutMs, awaitId = '', condition, command }: NewGate): { why: string; hint: string } | undefined {
  if (type === 'timer' && timeoutMs === undefined)
    return { why: 'a timer needs its time', hint: 'Say how long: `--timeout 90m`.' };
  if ((type === 'bead' || type.startsWith('gh:')) && awaitId === '')
    return { why: `a gate of type ${type} needs what it waits for`, hint: 'Name it: `--await-id <id>`.' };
  if (type !== 'condition')
    return condition === undefined && command === undefined
      ? undefined
      : { why: `${type} takes no condition`, hint: 'Use `--type condition`.' };
  if ((condition === undefined) === (command === undefined))
    return { why: 'it needs one condition', hint: 'Give `--condition "…"` or `--command "…"`, not both.' };
  const fault = condition === undefined ? undefined : runConditionFault(condition);
  return fault === undefined ? undefined : { why: fault, hint: 'For example `--condition "file.exists(\'go\')"`.' };
}

/** The edges by which items and steps come to wait for the gate. */
async function holdBack(reading: Reading, gate: Gate, now: number): Promise<Pick<Change, 'put' | 'needs'> | Refusal> {
  const put: Put[] = [];
  const jobs: Array<readonly [string, Member]> = [];
  for (const id of gate.blocks) {
    const [work, step] = await Promise.all([reading.get('work', id), reading.get('step', id)]);
    const kept = work ? keptWork(work, gate, now) : step ? keptStep(step, gate) : refuse('GATE_TARGET_UNKNOWN', { id });
    if (isRefusal(kept)) return kept;
    put.push(kept);
    jobs.push([id, (kept.noun === 'work' ? jobMember.work(kept.doc as Work) : jobMember.step(kept.doc as Step)) as Member]);
  }
  return { put, needs: jobs.map(([id, job]) => ({ id, job, on: [gate.id] })) };
}

function keptWork(work: Work, gate: Gate, now: number): Put | Refusal {
  if (work.status === 'closed') return refuse('WORK_CLOSED', { id: work.id, reason: work.closed?.reason ?? '' });
  if (work.run || work.merge) return refuse('GATE_LATE', { id: work.id, status: 'under way' });
  // It asks for a slot again when the gate is open.
  const { want: _, ...rest } = work;
  return { noun: 'work', doc: { ...rest, deps: [...work.deps, gate.id], updatedAt: now } };
}

function keptStep(step: Step, gate: Gate): Put | Refusal {
  if (step.status !== 'open') return refuse('GATE_LATE', { id: step.id, status: step.status.replace('_', ' ') });
  if (step.exec === 'epic') return refuse('GATE_EPIC', { id: step.id });
  return { noun: 'step', doc: { ...step, needs: [...step.needs, gate.id] } };
}

/** The refusal of a gate that waits for something that waits for it. */
async function closesCircle(reading: Reading, gate: Gate): Promise<Refusal | undefined> {
  if (gate.type !== 'bead') return undefined;
  const bead = beadOf(gate);
  for (const id of gate.blocks) {
    const way = await wayTo(reading, id, [bead]);
    if (way) return refuse('DEP_CYCLE', { id: gate.id, path: [gate.id, ...way, gate.id].join(' → ') });
  }
  return undefined;
}

/** An id that no gate has. */
async function freeId(desk: Desk, reading: Reading, prefix: string): Promise<string> {
  for (let length = 3; length <= 10; length++) {
    const id = `${prefix}-gate-${shortHash(desk.random(length), length)}`;
    if (!(await reading.get('gate', id))) return id;
  }
  throw new Error(`no id is free under ${prefix}-gate-`);
}
