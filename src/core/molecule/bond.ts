import { type Change, unchanged } from '#core/change';
import { jobMember } from '#core/derive';
import type { Member } from '#core/ids';
import type { Gate, Molecule, Step } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { goOf } from './opening.ts';

/**
 * Bonds between molecules. **Sequential**: B begins when A has ended. **Conditional**: B begins when A has failed (or was cancelled), else it is skipped.
 * **Parallel**: B hangs under A, they run side by side, and A closes after it.
 */
export type BondType = 'sequential' | 'parallel' | 'conditional';
export const BOND_TYPES: readonly BondType[] = ['sequential', 'parallel', 'conditional'];

/** What of B has not begun. */
export type NotBegun = { readonly steps: readonly Step[]; readonly gates: readonly Gate[] };

/** How a new molecule begins, that is bonded to one: fields of its record. */
export function bornBonded(to: Molecule, type: BondType): Pick<Molecule, 'under' | 'after' | 'onlyIf'> | Refusal {
  if (type === 'conditional') return { after: [to.id], onlyIf: to.id };
  if (type === 'sequential') return { after: [to.id] };
  return to.state === 'closed'
    ? refuse('MOLECULE_CLOSED', { id: to.id, outcome: to.closed?.outcome ?? 'closed' })
    : { under: to.id };
}

/** Bonds two molecules that exist. @param rest what of B has not begun; it is held when B is open already */
export function bondMolecules(a: Molecule, b: Molecule, type: BondType, rest: NotBegun, now: number): Change<Molecule> | Refusal {
  if (b.state === 'closed') return refuse('MOLECULE_CLOSED', { id: b.id, outcome: b.closed?.outcome ?? 'closed' });
  const job = jobMember.molecule(b) as Member;
  const event = { type: 'molecule.bonded', subject: b.id, rig: b.rig, data: { to: a.id, bond: type } } as const;
  if (type === 'parallel') {
    const above = b.under ?? b.step ?? b.work;
    if (b.under === a.id) return unchanged(b);
    if (above !== undefined) return refuse('MOLECULE_HANGS', { id: b.id, above });
    if (a.state === 'closed') return refuse('MOLECULE_CLOSED', { id: a.id, outcome: a.closed?.outcome ?? 'closed' });
    const doc: Molecule = { ...b, under: a.id, rehung: true, updatedAt: now };
    // A is written too: it may be closing just now.
    const put = [doc, { ...a, updatedAt: now }].map((one) => ({ noun: 'molecule' as const, doc: one }));
    return { put, marks: [job, jobMember.molecule(a) as Member], events: [event], answer: doc };
  }
  const bonded: Molecule = {
    ...b,
    after: [...new Set([...(b.after ?? []), a.id])],
    ...(type === 'conditional' ? { onlyIf: a.id } : {}),
    updatedAt: now,
  };
  const waits = a.state !== 'closed';
  // An open one is held by its steps, also when A has ended already and only its end is to be judged.
  const holds = b.state === 'open' && (waits || type === 'conditional');
  const doc: Molecule = holds ? { ...bonded, held: true } : bonded;
  const go = goOf(b.id);
  const held = holds && !b.held ? [...rest.steps.map(stepEdge(go)), ...rest.gates.map(gateEdge(go))] : [];
  return {
    put: [{ noun: 'molecule', doc }],
    needs: [...(waits ? [{ id: b.id, job, on: [a.id] }] : []), ...held],
    marks: [job],
    events: [event],
    answer: doc,
  };
}

const stepEdge = (on: string) => (doc: Step) => ({ id: doc.id, job: jobMember.step(doc) as Member, on: [on] });
const gateEdge = (on: string) => (doc: Gate) => ({ id: doc.id, job: jobMember.gate(doc) as Member, on: [on] });

/** The text of a `--ref` with its values filled in, when it may be part of an id. */
export function refOf(written: string, vars: Readonly<Record<string, string>>): string | Refusal {
  const ref = written.replace(/\{\{([A-Za-z_]\w*)\}\}/g, (whole, name: string) => vars[name] ?? whole);
  // Digits alone are the names of generations.
  return /^[A-Za-z0-9._-]+$/.test(ref) && !/^[.]|[.]$|[.][.]/.test(ref) ? ref : refuse('BOND_REF', { ref });
}
