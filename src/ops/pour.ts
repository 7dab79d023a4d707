import { GONE, jobMember } from '#core/derive';
import type { Proto } from '#core/formula/proto';
import { type Member, shortHash } from '#core/ids';
import { type BondType, bornBonded } from '#core/molecule/bond';
import { molAgentOf } from '#core/molecule/place';
import type { Molecule } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';

/** A filled protomolecule that is to become a molecule. */
export type Pour = {
  /** Cooked, with its values filled in: nothing of it is judged here. */
  readonly plan: Proto;
  /** Prefix of ids: the rig's, or `hq`. */
  readonly prefix: string;
  /** Empty: the town's. */
  readonly rig: string;
  readonly phase: Molecule['phase'];
  /** The stored protomolecule that it comes from. */
  readonly proto?: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** The work item whose agent is to work it. It must be open, and have no molecule yet. */
  readonly work?: string;
  readonly fresh?: boolean;
  readonly fanout?: boolean;
  readonly agent?: string;
  readonly assignee?: string;
  readonly wispType?: string;
  /** The molecule that it is bonded to, and how. */
  readonly bond?: { readonly to: string; readonly type: BondType };
  /** Of a bonded one: its id is that of the other with this at its end. */
  readonly ref?: string;
};

/**
 * Writes a molecule with its plan; the worker pours its steps. All or nothing: the plan is in the books before the first step is, so that a pour that is cut is
 * finished. Refused when the item is closed, or has an open molecule already.
 */
export async function pour(desk: Desk, input: Pour): Promise<Molecule | Refusal> {
  const { plan, prefix, rig, phase } = input;
  const text = desk.plans.pack(plan);
  return desk.change(async (reading) => {
    const now = desk.clock.now();
    const work = input.work === undefined ? undefined : await reading.get('work', input.work);
    if (input.work !== undefined && !work) return refuse('WORK_UNKNOWN', { id: input.work, hint: '`gt work list` shows all.' });
    if (work?.status === 'closed') return refuse('WORK_CLOSED', { id: work.id, reason: work.closed?.reason ?? 'closed' });
    const attached = work?.molecule ? await reading.get('molecule', work.molecule) : undefined;
    if (work && attached && attached.state !== 'closed') return refuse('MOLECULE_ATTACHED', { id: work.id, mol: attached.id });
    const to = input.bond && (await reading.get('molecule', input.bond.to));
    if (input.bond && !to) return refuse('MOLECULE_UNKNOWN', { id: input.bond.to, hint: '`gt mol list` shows all.' });
    const bonded = to && input.bond ? bornBonded(to, input.bond.type) : {};
    if (isRefusal(bonded)) return bonded;
    const id =
      to && input.ref !== undefined
        ? await refId(desk, reading, to, input.ref)
        : await freeMolecule(desk, reading, `${prefix}-${phase === 'vapor' ? 'wisp' : 'mol'}`);
    if (isRefusal(id)) return id;
    const doc: Molecule = {
      id,
      rig,
      formula: plan.formula,
      title: plan.title,
      phase,
      state: 'pouring',
      planned: plan.steps.length,
      poured: 0,
      next: plan.steps.length,
      vars: { ...input.vars },
      labels: [...plan.labels],
      watchers: [],
      createdAt: now,
      createdBy: desk.actor,
      updatedAt: now,
      ...(input.proto ? { proto: input.proto } : {}),
      ...(work ? { work: work.id, workGeneration: work.generation } : {}),
      ...(input.fresh ? { fresh: true } : {}),
      ...(input.fanout ? { fanout: true } : {}),
      ...(input.agent ? { agent: input.agent } : {}),
      ...(input.assignee ? { assignee: input.assignee } : {}),
      ...(input.wispType ? { wispType: input.wispType } : {}),
      ...bonded,
    };
    const waits = to && to.state !== 'closed' && bonded.after;
    return {
      put: [
        { noun: 'molecule', doc },
        ...(work ? [{ noun: 'work' as const, doc: { ...work, ...molAgentOf(doc), molecule: doc.id, updatedAt: now } }] : []),
        // It may be closing just now.
        ...(to && bonded.under ? [{ noun: 'molecule' as const, doc: { ...to, updatedAt: now } }] : []),
      ],
      ...(waits ? { needs: [{ id: doc.id, job: jobMember.molecule(doc) as Member, on: waits }] } : {}),
      text: [{ id: doc.id, fields: text }],
      events: [
        { type: 'molecule.made', subject: doc.id, rig, data: { formula: plan.formula, ...(work ? { work: work.id } : {}) } },
      ],
      answer: doc,
    };
  });
}

/** The id of a molecule that is bonded under a name of its own: it must be free, also among steps. */
async function refId(desk: Desk, reading: Reading, to: Molecule, ref: string): Promise<string | Refusal> {
  const id = `${to.id}.${ref}`;
  const taken = (await Promise.all([reading.get('molecule', id), reading.get('step', id), reading.get('gate', id)])).some(
    (one) => one,
  );
  return taken || (await wasBurned(desk, id)) ? refuse('BOND_TAKEN', { id }) : id;
}

/** Jobs and logs still know it by this id. */
const wasBurned = async ({ books }: Desk, id: string): Promise<boolean> => (await books.rank(GONE, id)) !== undefined;

/** An id that no molecule has or had of late. */
async function freeMolecule(desk: Desk, reading: Reading, prefix: string): Promise<string> {
  for (let length = 3; length <= 10; length++) {
    const id = `${prefix}-${shortHash(desk.random(length), length)}`;
    if (!(await reading.get('molecule', id)) && !(await wasBurned(desk, id))) return id;
  }
  throw new Error(`no id is free under ${prefix}-`);
}
