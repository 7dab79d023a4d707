import { unchanged } from '#core/change';
import { isFinal } from '#core/derive';
import { HOLD_MS, POUR_CHUNK } from '#core/limits';
import { closeMolecule } from '#core/molecule/life';
import { type Planned, plannedSteps, pourChunk, poured } from '#core/molecule/pour';
import type { Molecule } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, awaitChildren, done, type Processor, sleep } from './answer.ts';
import { end as endGate } from './gates.ts';

/** A molecule's life: pours its steps, waits for them, closes when the last one has ended. */
export const molecules: Processor<'molecules', World> = async (turn, world) => {
  const { desk } = world;
  for (let { doc } = turn; ; { doc } = await turn.again()) {
    if (!doc) return done('gone');
    switch (doc.state) {
      case 'pouring':
        await pourAll(doc, world);
        break;
      case 'open': {
        const [first] = await desk.books.index(`steps.open:${doc.id}`, 0, 0);
        if (first !== undefined) return waitFor(first, doc, world);
        await cancelGates(doc, world);
        await close(doc, world);
        break;
      }
      case 'closed':
        return done(doc.closed?.outcome ?? 'closed');
      default:
        doc.state satisfies never;
    }
  }
};

async function waitFor(step: string, mol: Molecule, { desk }: World): Promise<Answer> {
  const open = await desk.books.count(`steps.open:${mol.id}`);
  const doc = await desk.books.read('step', step);
  const why = `${open} ${open === 1 ? 'step is' : 'steps are'} open`;
  return doc ? awaitChildren([{ noun: 'step', doc }], why) : sleep(desk.clock.now() + HOLD_MS, why);
}

/** Writes what is not there yet of the molecule's steps, chunk after chunk, and adds their jobs; a pour that was cut goes on where it stopped. */
async function pourAll(mol: Molecule, world: World): Promise<void> {
  const { desk, queues } = world;
  const plan = await desk.plans.read(mol.id);
  if (!plan) throw new Error(`${mol.id} has no plan`);
  const all = plannedSteps(plan, mol, mol.createdAt);
  // Whoever poured the last chunk may have died before its jobs were added.
  const again = Math.max(0, mol.poured - POUR_CHUNK);
  for (let from = again; from < all.length; from += POUR_CHUNK) {
    const chunk = all.slice(from, from + POUR_CHUNK);
    if (from + chunk.length > mol.poured) await write(mol.id, from, chunk, world);
    failpoint('pour');
    await queues.addHeld(chunk.map(({ put }) => put));
  }
  const opened = await desk.change(async (reading) => {
    const now = await reading.get('molecule', mol.id);
    return now?.state === 'pouring' ? poured(now, all, desk.clock.now()) : unchanged(now);
  });
  if (isRefusal(opened)) throw new Refused(opened);
  failpoint('poured');
}

async function write(id: string, from: number, chunk: readonly Planned[], { desk }: World): Promise<void> {
  const written = await desk.change(async (reading) => {
    const [now] = await Promise.all([reading.get('molecule', id), ...chunk.map(({ put }) => reading.get(put.noun, put.doc.id))]);
    if (now?.state !== 'pouring' || now.poured >= from + chunk.length) return unchanged(now);
    return pourChunk(now, chunk.slice(now.poured - from), desk.clock.now());
  });
  if (isRefusal(written)) throw new Refused(written);
}

/** Gates that are left when all steps have ended keep nothing back. */
async function cancelGates(mol: Molecule, { desk }: World): Promise<void> {
  const gates = await desk.books.readMany('gate', await desk.books.index(`gates:${mol.id}`));
  for (const gate of gates)
    if (!isFinal.gate(gate)) await endGate(desk, gate.id, { as: 'cancelled', by: 'gt', reason: `${mol.id} has ended` });
}

async function close(mol: Molecule, { desk }: World): Promise<void> {
  const closed = await desk.change(async (reading) => {
    const now = await reading.get('molecule', mol.id);
    return now && now.state !== 'closed' ? closeMolecule(now, 0, desk.clock.now()) : unchanged(now);
  });
  if (isRefusal(closed)) throw new Refused(closed);
}
