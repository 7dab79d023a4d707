import type { Molecule, Run, Step, Work } from '#core/records';
import { relativeTime } from '#core/relative-time';
import type { Books } from '#world/store/books';
import { molStatus, type StepLine } from './mol-status.ts';
import { type Reason, reason } from './reason.ts';
import { afterFailure, standsOf } from './step-stands.ts';
import { whyGate, whyUnmet } from './why-gate.ts';

/** Who tells of the rest of the town. */
export type Others = {
  readonly now: number;
  readonly work: (work: Work) => Promise<Reason[]>;
  readonly run: (run: Run) => Promise<Reason[]>;
};

/** Steps that are told of at most. */
const MOST = 10;
/** Molecules under molecules. */
const DEEPEST = 50;

/** Why a step does not move. */
export async function whyStep(books: Books, step: Step, others: Others): Promise<Reason[]> {
  const { id, failed, failures } = step;
  const { now } = others;
  if (step.status === 'closed')
    return [reason('closed', `${id} is closed.`, `${step.closed?.outcome ?? 'done'}: ${step.closed?.reason ?? ''}`)];
  const mol = await books.read('molecule', step.mol);
  const held = mol ? await whyHeld(books, mol) : [];
  if (held.length > 0) return held;
  if (step.status === 'failed') {
    const times = failures !== undefined && failures > 1 ? ` (${failures} attempts)` : '';
    return [reason('step-failed', `Needs you: ${id} failed${times}.`, failed?.reason ?? '', afterFailure(id))];
  }
  if (step.waits && !step.waits.met) {
    const { spawner, kind } = step.waits;
    return [reason('waits-for', `It waits for what ${spawner} makes.`, `waits_for ${kind}`, `gt why ${spawner}`)];
  }
  const [unmet = []] = await books.unmet(id);
  if (unmet.length > 0) return [...(mol?.held ? await whyBonded(books, mol) : []), ...(await whyUnmet(books, unmet, now))];
  const nested = step.molecules ? whyMolecules(await books.readMany('molecule', step.molecules), `it hangs under ${id}`) : [];
  if (nested.length > 0) return nested;
  if (step.notBefore !== undefined && step.notBefore > now) {
    const evidence = `${failures ?? 1} ${failures === 1 ? 'attempt' : 'attempts'} failed; the last one: ${failed?.reason ?? '?'}`;
    return [reason('pause', `It is tried again ${relativeTime(step.notBefore, now)}.`, evidence)];
  }
  if (step.work && step.status === 'in_progress') return whyLeg(books, step.work, others);
  if (step.holder?.run && step.status === 'in_progress') {
    const run = await books.read('run', step.holder.run);
    const since = `since ${relativeTime(step.holder.at, now)}`;
    const who = run ? `${run.rig}/${run.name}` : step.holder.by;
    return [reason('in-hand', `It is in the hands of ${who}.`, since), ...(run ? await others.run(run) : [])];
  }
  if (step.status === 'open' && step.exec === 'agent' && mol) return whyReady(books, mol, others);
  const [stand] = await standsOf(books, [step], now);
  return [reason('step', `${id}: ${stand?.says ?? 'is about to move'}.`, `done by ${step.exec}`)];
}

/** What holds a whole molecule; empty for one that lives. */
async function whyHeld(books: Books, mol: Molecule): Promise<Reason[]> {
  const { id, state, poured, planned, closed, cancel } = mol;
  if (state === 'closed') return [reason('closed', `${id} is closed.`, `${closed?.outcome ?? 'done'}: ${closed?.reason ?? ''}`)];
  if (cancel) return [reason('cancelled', `${id} is about to end.`, `cancelled by ${cancel.by}: ${cancel.reason}`)];
  if (state !== 'pouring') return [];
  const bonds = poured < planned ? [] : await whyBonded(books, mol);
  const evidence = `${poured} of ${planned} records are written; nothing runs before the last`;
  return bonds.length > 0 ? bonds : [reason('pouring', `${id} is being poured.`, evidence)];
}

/** The molecules that it was bonded after, and that have not closed. */
async function whyBonded(books: Books, { id, after = [] }: Molecule): Promise<Reason[]> {
  const [unmet = []] = after.length > 0 ? await books.unmet(id) : [];
  return whyMolecules(await books.readMany('molecule', unmet), `${id} was bonded after it`);
}

const whyMolecules = (molecules: readonly Molecule[], because: string): Reason[] =>
  molecules
    .filter(({ state }) => state !== 'closed')
    .slice(0, MOST)
    .map(({ id, title, state }) =>
      reason('molecule', `It waits for ${id} (${title}).`, `${because}; it is ${state}`, `gt why ${id}`),
    );

async function whyLeg(books: Books, id: string, { work: whyWork }: Others): Promise<Reason[]> {
  const work = await books.read('work', id);
  if (!work) return [reason('leg', `${id}, which did it, is gone.`, 'there is no such item')];
  const more = await whyWork(work);
  const evidence = `${id} (${work.title}) is ${work.status.replace('_', ' ')}`;
  return [reason('leg', `${id} does it.`, evidence, more.length > 0 ? null : `gt work show ${id}`), ...more];
}

/** An agent's step whose needs are met: who is to take it. */
async function whyReady(books: Books, mol: Molecule, { work: whyWork }: Others): Promise<Reason[]> {
  if (mol.hand !== undefined)
    return [
      reason('hand', `It is ready, and ${mol.hand} comes before it.`, 'an agent has one step at a time', `gt why ${mol.hand}`),
    ];
  const root = await rootOf(books, mol);
  const work = root.work === undefined ? undefined : await books.read('work', root.work);
  if (!work)
    return [
      reason(
        'nobody',
        'It is ready, and nobody works it.',
        `${root.id} is attached to no item`,
        `gt mol attach <item> ${root.id}`,
      ),
    ];
  return [
    reason('ready', `It is ready for the agent of ${work.id}.`, `${work.id} is ${work.status.replace('_', ' ')}`),
    ...(await whyWork(work)),
  ];
}

/** The molecule that the others hang under. */
async function rootOf(books: Books, mol: Molecule, depth = 0): Promise<Molecule> {
  const id = mol.step === undefined ? mol.under : (await books.read('step', mol.step))?.mol;
  const above = id === undefined || depth > DEEPEST ? undefined : await books.read('molecule', id);
  return above ? rootOf(books, above, depth + 1) : mol;
}

/** Why a molecule is not done yet: what has failed, what is in hand, what could be done, what it waits for. */
export async function whyMolecule(books: Books, mol: Molecule, others: Others, most = MOST): Promise<Reason[]> {
  const held = await whyHeld(books, mol);
  if (held.length > 0) return held;
  const front = frontOf((await molStatus(books, mol.id))?.steps ?? []);
  const shown = front.slice(0, most);
  const [steps, gates] = await Promise.all([
    books.readMany(
      'step',
      shown.map(({ id }) => id),
    ),
    books.readMany(
      'gate',
      shown.map(({ id }) => id),
    ),
  ]);
  const stands = await standsOf(books, steps, others.now);
  const told = steps.map((step, at) => {
    const { says = '', todo = null } = stands[at] ?? {};
    const asks = step.status === 'failed' || / needs you: /.test(says);
    return reason(
      step.status === 'failed' ? 'step-failed' : 'step',
      `${asks ? 'Needs you: ' : ''}${step.id} (${step.title}).`,
      says,
      todo,
    );
  });
  const waits = await Promise.all(gates.map((gate) => whyGate(books, gate, others.now)));
  const more = front.length - shown.length;
  const rest = more > 0 ? [reason('more', `And ${more} more.`, 'they are in hand or ready', `gt mol status ${mol.id}`)] : [];
  const under =
    front.length > 0 ? [] : await books.readMany('molecule', await books.index(`molecules.under:${mol.id}`, 0, most - 1));
  const bonds = [...(mol.held ? await whyBonded(books, mol) : []), ...whyMolecules(under, `it was bonded under ${mol.id}`)];
  return [...bonds, ...told, ...waits.flat(), ...rest];
}

/** What stands in front: nothing behind it moves before it has ended. */
function frontOf(lines: readonly StepLine[]): StepLine[] {
  const rank = ['failed', 'in hand', 'ready'];
  return lines
    .filter(({ standing, unmet }) => rank.includes(standing) && unmet.length === 0)
    .sort((a, b) => rank.indexOf(a.standing) - rank.indexOf(b.standing));
}
