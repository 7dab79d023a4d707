import { unchanged } from '#core/change';
import { isFinal } from '#core/derive';
import { HOLD_MS, POUR_CHUNK } from '#core/limits';
import { endOpen } from '#core/molecule/cancel';
import { closeMolecule } from '#core/molecule/life';
import { open, release } from '#core/molecule/opening';
import { type Planned, plannedSteps, pourChunk } from '#core/molecule/pour';
import type { Molecule } from '#core/records';
import { isRefusal, type Refusal, Refused } from '#core/refusals';
import { cancelMolecule } from '#ops/cancel-molecule';
import { questionsOf } from '#ops/molecule-tree';
import { squash } from '#ops/squash';
import { alsoSwarm } from '#ops/swarm';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, awaitChildren, done, type Processor, sleep } from './answer.ts';
import { end as endGate } from './gates.ts';

/** A molecule's life: pours its steps, waits for them, closes when the last one has ended. */
export const molecules: Processor<'molecules', World> = async (turn, world) => {
  const { desk } = world;
  for (let { doc, unmet } = turn; ; { doc, unmet } = await turn.again()) {
    if (!doc) return done('gone');
    switch (doc.state) {
      case 'pouring': {
        const waits = await pourAll(doc, world);
        if (waits.length > 0) return sleep(desk.clock.now() + HOLD_MS, `waits for ${waits.join(', ')}`);
        break;
      }
      case 'open': {
        if (doc.rehung) await world.queues.rehang({ noun: 'molecule', doc });
        if (doc.held && unmet === 0) await letGo(doc.id, world);
        else if (doc.cancel) await endAll(doc, world);
        else {
          const answer = await waitForWhatIsOpen(doc, world);
          if (answer) return answer;
          await cancelGates(doc, world);
          await close(doc, world);
        }
        break;
      }
      case 'closed':
        // Its item shows the digest before anything is handed in; the steps are kept as long as the item's flow is shown.
        if (doc.work && !doc.digest) must(await squash(desk, { id: doc.id, keep: true }));
        return done(doc.closed?.outcome ?? 'closed');
      default:
        doc.state satisfies never;
    }
  }
};

/** Steps first, then molecules that were bonded under it. @returns undefined when all have ended */
async function waitForWhatIsOpen(mol: Molecule, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  const [first] = await desk.books.index(`steps.open:${mol.id}`, 0, 0);
  if (first !== undefined) return waitFor(first, mol, world);
  const [id] = await desk.books.index(`molecules.under:${mol.id}`, 0, 0);
  const doc = id === undefined ? undefined : await desk.books.read('molecule', id);
  return doc && awaitChildren([{ noun: 'molecule', doc }], `${doc.id} is open under it`);
}

async function waitFor(step: string, mol: Molecule, { desk }: World): Promise<Answer> {
  const doc = await desk.books.read('step', step);
  // It is looked at again when the last one has ended: no count here would be true for long.
  const why = `its steps are at work: gt mol status ${mol.id}`;
  return doc ? awaitChildren([{ noun: 'step', doc }], why) : sleep(desk.clock.now() + HOLD_MS, why);
}

/**
 * Writes what is not there yet of the molecule's steps, chunk after chunk, and adds their jobs; a pour that was cut goes on where it stopped. @returns
 * the molecules that it has to wait for before it opens
 */
export async function pourAll(mol: Molecule, world: World): Promise<string[]> {
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
  const waits = must(
    await desk.change(async (reading) => {
      const now = await reading.get('molecule', mol.id);
      if (now?.state !== 'pouring') return unchanged([]);
      // Read after the molecule: a bond writes both, so one that comes now is seen here, or clashes.
      const [unmet = []] = await desk.books.unmet(mol.id);
      if (unmet.length > 0 && !now.cancel) return unchanged(unmet);
      const judged = now.onlyIf === undefined ? undefined : await reading.get('molecule', now.onlyIf);
      const change = { ...open(now, all, judged, desk.clock.now()), answer: [] as string[] };
      return now.cancel ? change : alsoSwarm(desk, reading, change, now, legsAmong(all));
    }),
  );
  failpoint('poured');
  return waits;
}

/** Steps that are work of their own. */
const legsAmong = (all: readonly Planned[]): string[] =>
  all.flatMap(({ put }) => (put.noun === 'step' && put.doc.exec === 'polecat' ? [put.doc.id] : []));

/** What it was held for has ended. */
async function letGo(id: string, { desk }: World): Promise<void> {
  must(
    await desk.change(async (reading) => {
      const now = await reading.get('molecule', id);
      const [unmet = []] = await desk.books.unmet(id);
      if (!now || unmet.length > 0) return unchanged(undefined);
      const judged = now.onlyIf === undefined ? undefined : await reading.get('molecule', now.onlyIf);
      return { ...release(now, judged, desk.clock.now()), answer: undefined };
    }),
  );
}

/** Ends a molecule that was cancelled: what is open is closed in chunks (a step's own job asks what hangs under it to end), then it is closed. */
async function endAll(mol: Molecule, world: World): Promise<void> {
  const { desk } = world;
  const reason = mol.cancel?.reason ?? 'cancelled';
  for (;;) {
    const ids = await desk.books.index(`steps.open:${mol.id}`, 0, POUR_CHUNK - 1);
    const top = (await desk.steps.root(mol.id))?.id ?? mol.id;
    const ended = await desk.change(async (reading) => {
      const now = await reading.get('molecule', mol.id);
      const docs = await Promise.all(ids.map((id) => reading.get('step', id)));
      if (now?.state !== 'open') return unchanged(false);
      const there = docs.filter((one) => one !== undefined);
      const root = (await reading.get('molecule', top)) ?? now;
      const change = endOpen(now, root, there, await questionsOf(reading, there), desk.clock.now());
      return { ...change, answer: ids.length === POUR_CHUNK };
    });
    const more = must(ended);
    failpoint('cancel');
    if (!more) break;
  }
  for (const id of await desk.books.index(`molecules.under:${mol.id}`)) must(await cancelMolecule(desk, { id, reason }));
  await cancelGates(mol, world);
  await close(mol, world);
}

/** @throws Refused, so that the job's backoff tries again */
function must<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Refused(answer);
  return answer;
}

async function write(id: string, from: number, chunk: readonly Planned[], { desk }: World): Promise<void> {
  const written = await desk.change(async (reading) => {
    const [now] = await Promise.all([reading.get('molecule', id), ...chunk.map(({ put }) => reading.get(put.noun, put.doc.id))]);
    if (now?.state !== 'pouring' || now.poured >= from + chunk.length) return unchanged(now);
    return pourChunk(now, chunk.slice(now.poured - from), desk.clock.now());
  });
  must(written);
}

/** Gates that are left when all steps have ended keep nothing back. */
async function cancelGates(mol: Molecule, { desk }: World): Promise<void> {
  const gates = await desk.books.readMany('gate', await desk.books.index(`gates:${mol.id}`));
  for (const gate of gates)
    if (!isFinal.gate(gate)) await endGate(desk, gate.id, { as: 'cancelled', by: 'gt', reason: `${mol.id} has ended` });
}

async function close(mol: Molecule, { desk }: World): Promise<void> {
  const failed = await desk.books.count(`steps.failed:${mol.id}`);
  const closed = await desk.change(async (reading) => {
    const now = await reading.get('molecule', mol.id);
    // Whoever adds something to it writes it too: what came meanwhile is seen here, or clashes.
    const [steps, under] = await Promise.all([
      desk.books.count(`steps.open:${mol.id}`),
      desk.books.count(`molecules.under:${mol.id}`),
    ]);
    if (!mol.cancel && steps + under > 0) return unchanged(now);
    return now && now.state !== 'closed' ? closeMolecule(now, failed, desk.clock.now()) : unchanged(now);
  });
  must(closed);
}
