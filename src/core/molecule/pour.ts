import type { Change, Put } from '#core/change';
import { jobMember } from '#core/derive';
import type { Proto, ProtoStep } from '#core/formula/proto';
import { parseTimeout } from '#core/formula/timeout';
import type { Member } from '#core/ids';
import type { Gate, Molecule, Step } from '#core/records';
import { roleOf, type ScopePart, scopesOf } from './scope.ts';
import { childrenOf, waiting, withWatchers } from './waits.ts';

/**
 * A pour: the steps of a filled protomolecule become records, in chunks, while the molecule's state is `pouring`; then it is `open`, and what needs nothing
 * begins. Nothing runs before the last step is there, so an edge never points to a step that has closed already. A pour that was cut is gone on with from the
 * molecule's plan.
 */

/** A record to be poured, and the edges that hold it back. */
export type Planned = {
  readonly put: Extract<Put, { noun: 'step' | 'gate' }>;
  readonly job: Member;
  /** Ids that must have closed, those that its containers wait for included. */
  readonly on: readonly string[];
};

/** The id that a step of a plan has in a molecule: `ROOT.a.b` becomes `MOL.a.b`. */
export const pouredId = (mol: string, root: string, id: string): string => (id === root ? mol : `${mol}${id.slice(root.length)}`);

/** Where new steps stand: the place of the first in the molecule, their places in its plan, and whether somebody watches them. */
type Standing = { readonly from: number; readonly at: (index: number) => number; readonly watched: boolean };

/** The records of a plan's steps, in its order. */
export function plannedSteps(
  plan: Proto,
  mol: Molecule,
  now: number,
  { from, at, watched }: Standing = { from: 0, at: (index) => index, watched: plan.steps.some(isWatching) },
): Planned[] {
  const id = (one: string) => pouredId(mol.id, plan.root, one);
  const scopes = scopesOf(plan.steps);
  const waits = effectiveNeeds(plan.steps.map((step) => scopes.held(step)));
  const children = new Map<string, string[]>();
  for (const { parent, id: own, kind } of plan.steps)
    if (kind !== 'gate') children.set(parent, [...(children.get(parent) ?? []), own]);
  return plan.steps.map((step, index) => {
    const seq = from + index;
    const needs = waits.get(step.id) ?? [];
    if (step.kind === 'gate') {
      const target = `${step.parent}.${step.step}`;
      const before = (waits.get(target) ?? []).filter((need) => need !== step.id);
      const doc = gateRecord(step, { id: id(step.id), mol, seq, blocks: [id(target)], needs: before.map(id), now });
      return { put: { noun: 'gate', doc }, job: jobMember.gate(doc) as Member, on: doc.needs };
    }
    const doc = stepRecord(step, { id, mol, seq, at: at(index), watched, scope: scopes.of(step) });
    const on = [...needs, ...(doc.exec === 'epic' ? (children.get(step.id) ?? []) : [])].map(id);
    const held = doc.waits ? heldByWait(doc.waits, on) : on;
    return { put: { noun: 'step', doc }, job: jobMember.step(doc) as Member, on: [...new Set(held)] };
  });
}

/** What each step waits for: its own needs and those of all its containers. */
function effectiveNeeds(steps: readonly ProtoStep[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  // Containers come before their children.
  for (const { id, parent, needs } of steps) {
    const above = found.get(parent) ?? [];
    found.set(id, above.length === 0 ? needs : [...new Set([...above, ...needs])]);
  }
  return found;
}

/** A step that waits for any child must not wait for the spawner's end, which comes after them; else the spawner comes first. */
function heldByWait(waits: NonNullable<Step['waits']>, on: readonly string[]): string[] {
  const others = on.filter((need) => need !== waits.spawner);
  return [...others, ...(waits.kind === 'any-children' ? [] : [waits.spawner]), childrenOf(waits)];
}

/** Whether a step asks how others stand while the molecule lives. */
const isWatching = (step: ProtoStep): boolean =>
  step.waits !== undefined || step.repeat !== undefined || step.gate?.type === 'condition' || step.gate?.condition !== undefined;

type At = {
  readonly id: (one: string) => string;
  readonly mol: Molecule;
  readonly seq: number;
  readonly at: number;
  readonly watched: boolean;
  readonly scope?: ScopePart | undefined;
};

/** The record of one step; what is at its default is left out. */
function stepRecord(step: ProtoStep, { id, mol, seq, at, watched, scope }: At): Step {
  const { waits } = step;
  const doc = {
    id: id(step.id),
    mol: mol.id,
    rig: mol.rig,
    seq,
    key: step.step,
    title: step.title,
    exec: execOf(step, mol),
    at,
    ...(step.type === 'task' ? {} : { type: step.type }),
    ...(step.priority === 2 ? {} : { priority: step.priority }),
    ...(step.labels.length === 0 ? {} : { labels: [...step.labels] }),
    ...(step.assignee === '' ? {} : { assignee: step.assignee }),
    ...(id(step.parent) === mol.id ? {} : { parent: id(step.parent) }),
    ...(step.needs.length === 0 ? {} : { needs: step.needs.map(id) }),
    ...(waits ? { waits: { kind: waits.kind, spawner: id(waits.spawner) } } : {}),
    ...(step.onlyIf === undefined ? {} : { onlyIf: id(step.onlyIf) }),
    ...(watched ? { watched } : {}),
    ...(step.kind === 'round' ? { round: 1 } : {}),
    ...(step.on_complete?.for_each !== undefined ? { after: 'fan-out' } : step.ralph ? { after: 'check' } : {}),
    ...(scope ? { scope: { ...scope, of: id(scope.of), ...(scope.members ? { members: scope.members.map(id) } : {}) } } : {}),
  };
  // The schema's defaults are filled in by whoever reads it.
  return doc as unknown as Step;
}

/** Who does a step. */
export function execOf(step: ProtoStep, mol: Pick<Molecule, 'fanout'>): Step['exec'] {
  if (step.kind === 'round') return 'round';
  if (step.type === 'epic') return 'epic';
  if (roleOf(step) === 'body') return 'mark';
  const { executor, run } = step.exec ?? {};
  if (executor) return executor;
  if (run !== undefined) return 'command';
  return step.leg || mol.fanout ? 'polecat' : 'agent';
}

type GateAt = { id: string; mol: Molecule; seq: number; blocks: string[]; needs: string[]; now: number };

function gateRecord(step: ProtoStep, { id, mol, seq, blocks, needs, now }: GateAt): Gate {
  const { gate } = step;
  const timeoutMs = gate?.timeout === undefined ? undefined : parseTimeout(gate.timeout);
  const doc: Gate = {
    id,
    rig: mol.rig,
    title: step.title,
    type: gate?.type ?? 'human',
    awaitId: gate?.id ?? '',
    ...(gate?.condition === undefined ? {} : { condition: gate.condition }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(gate?.extra === undefined ? {} : { extra: gate.extra }),
    mol: mol.id,
    seq,
    blocks,
    needs,
    state: 'waiting',
    waiters: [],
    createdAt: now,
    createdBy: mol.createdBy,
  };
  return doc;
}

/** One chunk of a pour. */
export function pourChunk(mol: Molecule, chunk: readonly Planned[], now: number): Change<Molecule> {
  const doc: Molecule = { ...mol, poured: mol.poured + chunk.length, updatedAt: now };
  return {
    put: [{ noun: 'molecule', doc }, ...chunk.map(({ put }) => put)],
    needs: chunk.filter(({ on }) => on.length > 0).map(({ put, job, on }) => ({ id: put.doc.id, job, on })),
    answer: doc,
  };
}

/** The pour is whole: what needs nothing begins. */
export function poured(mol: Molecule, all: readonly Planned[], now: number): Change<Molecule> {
  const doc: Molecule = { ...withWatchers(mol, all), state: 'open', updatedAt: now };
  return {
    put: [{ noun: 'molecule', doc }],
    marks: [...all.filter(({ on }) => on.length === 0).map(({ job }) => job), ...waiting(all)],
    events: [{ type: 'molecule.poured', subject: mol.id, rig: mol.rig, data: { formula: mol.formula, steps: mol.planned } }],
    answer: doc,
  };
}
