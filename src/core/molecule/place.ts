import { type Change, unchanged } from '#core/change';
import type { Member } from '#core/ids';
import type { Molecule, Step, Work } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';

/**
 * Where a molecule hangs: under a work item whose agent works it, under a step, under another molecule, or under nothing. An item has one open molecule at
 * a time. Jobs follow: BullMQ's parent of a job that exists is changed by the molecule's own processor, which is woken for it.
 */
const jobOf = ({ id }: Molecule): Member => `molecules/${id}@1`;

/** Pins an open molecule that hangs under nothing to an open item. @param attached the molecule that the item has, if any */
export function attach(mol: Molecule, work: Work, attached: Molecule | undefined, now: number): Change<Molecule> | Refusal {
  if (mol.work === work.id && work.molecule === mol.id && mol.state !== 'closed') return unchanged(mol);
  if (work.status === 'closed') return refuse('WORK_CLOSED', { id: work.id, reason: work.closed?.reason ?? 'closed' });
  if (mol.state === 'closed') return refuse('MOLECULE_CLOSED', { id: mol.id, outcome: mol.closed?.outcome ?? 'closed' });
  const above = mol.step ?? mol.under ?? mol.work;
  if (above !== undefined) return refuse('MOLECULE_HANGS', { id: mol.id, above });
  if (attached && attached.state !== 'closed') return refuse('MOLECULE_ATTACHED', { id: work.id, mol: attached.id });
  const doc: Molecule = { ...mol, work: work.id, workGeneration: work.generation, rehung: true, updatedAt: now };
  return {
    put: [
      { noun: 'molecule', doc },
      { noun: 'work', doc: { ...work, ...molAgentOf(mol), molecule: mol.id, updatedAt: now } },
    ],
    marks: [jobOf(mol)],
    events: [{ type: 'molecule.attached', subject: mol.id, rig: mol.rig, data: { work: work.id } }],
    answer: doc,
  };
}

/** What an item holds of its molecule: whoever grants slots looks at items alone. One that asks for nobody takes away what an earlier one has asked for. */
export const molAgentOf = ({ agent }: Pick<Molecule, 'agent'>): Pick<Work, 'molAgent'> => ({ molAgent: agent });

/** Takes an item's molecule off it; both live on. @param inHand the step that an agent had in hand: nobody has it any more */
export function detach(
  mol: Molecule | undefined,
  work: Work,
  inHand: Step | undefined,
  now: number,
): Change<{ work: string; mol: string | null }> {
  if (work.molecule === undefined) return unchanged({ work: work.id, mol: null });
  const { molecule: id, molAgent: _agent, ...rest } = work;
  const { work: _work, workGeneration: _generation, hand: _hand, ...free } = mol ?? ({} as Molecule);
  return {
    put: [
      { noun: 'work', doc: { ...rest, updatedAt: now } },
      ...(mol ? [{ noun: 'molecule' as const, doc: { ...free, rehung: true, updatedAt: now } as Molecule }] : []),
      ...(inHand?.status === 'in_progress' ? [{ noun: 'step' as const, doc: givenBack(inHand) }] : []),
    ],
    marks: mol && mol.state !== 'closed' ? [jobOf(mol)] : [],
    events: [{ type: 'molecule.detached', subject: id, rig: work.rig, data: { work: work.id } }],
    answer: { work: work.id, mol: id },
  };
}

function givenBack(step: Step): Step {
  const { holder: _, ...rest } = step;
  return { ...rest, status: 'open' };
}
