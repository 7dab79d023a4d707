import { isReady } from '#core/molecule/hand';
import { filled } from '#core/molecule/life';
import { isSkipped } from '#core/molecule/opening';
import { gateWaits, holdsBack, type MoleculeTold, type StepTold } from '#core/molecule/step-words';
import type { Molecule, Step } from '#core/records';
import type { Books } from './books.ts';
import type { Plans } from './plans.ts';

/** Steps that are read at once, the depth of nested molecules, and the reasons that are told. */
const PAGE = 100;
const DEEPEST = 20;
const TOLD = 5;

/** Steps that end by themselves when what they need has ended: no check or fan-out follows, and none has failed. One that a gate holds back needs more than other steps. */
const endsByItself = ({ exec, after, status }: Step): boolean =>
  (exec === 'epic' || exec === 'mark') && after === undefined && status !== 'failed';

/** Finds the steps of molecules that somebody could work, and what they wait for. Reads at the moment, outside of any change. */
export type Steps = ReturnType<typeof stepsOf>;

type Ground = { readonly books: Books; readonly plans: Plans; readonly now: () => number };

export function stepsOf(books: Books, plans: Plans, clock: { now: () => number }) {
  const ground: Ground = { books, plans, now: () => clock.now() };
  return {
    /** The molecule at the top, that the work item has: its hand is the one that counts. */
    root: (id: string) => rootOf(ground, id),
    /**
     * The next step that an agent could take: the first in order, those of nested molecules in the place of the step that they hang under.
     * @param closing a step that is about to close, and counts as closed
     */
    next: (mol: Molecule, closing?: string) => nextOf(ground, mol, closing),
    /** Steps that are open beside one, and do not close by themselves: a few of them. */
    openBeside: (mol: string, beside: string | undefined) => openBeside(ground, mol, beside),
    /** What a molecule waits for, in words: a few of the reasons. */
    waits: (mol: Molecule) => waitsOf(ground, mol),
    /** All that there is to be told of a step. */
    told: (step: Step) => toldOf(ground, step),
    /** How whoever works a molecule stands in it. */
    standing: (mol: Molecule, leave = false) => standingOf(ground, mol, leave),
    /** Whether nothing is left of a molecule that anybody has to do. */
    isComplete: (mol: Molecule) => isComplete(ground, mol),
    /** Whether something of a molecule is for the agent of its item: a step in hand, one that could be taken, or its end. */
    isForAgent: async (mol: Molecule) =>
      mol.hand !== undefined || (await nextOf(ground, mol, undefined)) !== undefined || isComplete(ground, mol),
  };
}

async function rootOf({ books }: Ground, id: string): Promise<Molecule | undefined> {
  let mol = await books.read('molecule', id);
  for (let depth = 0; mol && depth < DEEPEST; depth++) {
    const above: string | undefined = mol.step === undefined ? mol.under : (await books.read('step', mol.step))?.mol;
    const next = above === undefined ? undefined : await books.read('molecule', above);
    if (!next) break;
    mol = next;
  }
  return mol;
}

/** Open steps page by page, each with its unmet needs, in order. */
async function* open({ books }: Ground, mol: string, closing?: string) {
  for (let from = 0; ; from += PAGE) {
    const ids = await books.index(`steps.open:${mol}`, from, from + PAGE - 1);
    if (ids.length === 0) return;
    const steps = (await books.readMany('step', ids)).map(filled);
    const unmet = await books.unmet(...steps.map(({ id }) => id));
    yield steps.map((step, i) => ({ step, unmet: (unmet[i] ?? []).filter((need) => need !== closing) }));
    if (ids.length < PAGE) return;
  }
}

async function nextOf(ground: Ground, mol: Molecule, closing: string | undefined, depth = 0): Promise<Step | undefined> {
  if (mol.state !== 'open' || mol.cancel || depth > DEEPEST) return undefined;
  for await (const page of open(ground, mol.id, closing))
    for (const { step, unmet } of page) {
      if (step.id === closing) continue;
      for (const nested of await ground.books.readMany('molecule', step.molecules ?? [])) {
        const found = await nextOf(ground, nested, closing, depth + 1);
        if (found) return found;
      }
      if (isReady(step, unmet.length, ground.now()) && !(await isLeftOut(ground, step))) return step;
    }
  for (const bonded of await bondedUnder(ground, mol.id)) {
    const found = await nextOf(ground, bonded, closing, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** A step that is there for a failure only: its own job skips it. */
const isLeftOut = async ({ books }: Ground, step: Step): Promise<boolean> =>
  step.onlyIf !== undefined && isSkipped(step, await books.index(`steps.failed:${step.mol}`));

/** Molecules that were bonded under one. */
const bondedUnder = async ({ books }: Ground, mol: string): Promise<Molecule[]> =>
  books.readMany('molecule', await books.index(`molecules.under:${mol}`));

async function openBeside(ground: Ground, mol: string, beside: string | undefined, depth = 0): Promise<Step[]> {
  const found: Step[] = [];
  for await (const page of open(ground, mol)) {
    for (const { step, unmet } of page)
      if (step.id !== beside && (!endsByItself(step) || (await isGated(ground, unmet)))) found.push(step);
    if (found.length >= TOLD) break;
  }
  if (found.length < TOLD && depth < DEEPEST)
    for (const { id } of await bondedUnder(ground, mol)) found.push(...(await openBeside(ground, id, beside, depth + 1)));
  return found.slice(0, TOLD);
}

const isGated = async ({ books }: Ground, unmet: readonly string[]): Promise<boolean> =>
  unmet.length > 0 && (await books.readMany('gate', unmet)).length > 0;

async function waitsOf(ground: Ground, mol: Molecule, depth = 0): Promise<string[]> {
  if (mol.state === 'pouring') return ['its pour'];
  const { books } = ground;
  const now = ground.now();
  const reasons: string[] = [];
  for await (const page of open(ground, mol.id)) {
    for (const { step, unmet } of page) {
      if (unmet.length > 0 && step.status === 'open') continue;
      const nested = depth < DEEPEST ? await books.readMany('molecule', step.molecules ?? []) : [];
      for (const one of nested) if (one.state !== 'closed') reasons.push(...(await waitsOf(ground, one, depth + 1)));
      const why = holdsBack(step, now);
      if (why && reasons.length < TOLD) reasons.push(why);
    }
    if (reasons.length >= TOLD) break;
  }
  const all = await books.readMany('gate', await books.index(`gates:${mol.id}`));
  const gates = all.filter(({ state }) => state === 'open' || state === 'waiting');
  const unmet = await books.unmet(...gates.map(({ id }) => id));
  if (depth < DEEPEST)
    for (const one of await bondedUnder(ground, mol.id)) reasons.push(...(await waitsOf(ground, one, depth + 1)));
  reasons.push(...gates.filter((_, i) => unmet[i]?.length === 0).map(gateWaits));
  return reasons.slice(0, TOLD);
}

async function toldOf({ books, plans }: Ground, step: Step): Promise<StepTold> {
  const [plan, mol, closed, left] = await Promise.all([
    plans.step(step.mol, step.at),
    books.read('molecule', step.mol),
    books.count(`steps.closed:${step.mol}`),
    books.count(`steps.open:${step.mol}`),
  ]);
  const { id, key, title, failures = 0 } = step;
  return {
    id,
    key,
    mol: step.mol,
    formula: mol?.formula ?? '',
    n: closed + 1,
    of: closed + left,
    title,
    description: plan?.description ?? '',
    acceptance: plan?.acceptance ?? '',
    notes: plan?.notes ?? '',
    check: plan?.exec?.check ?? null,
    failures,
    session: step.holder?.session ?? null,
  };
}

async function standingOf(ground: Ground, mol: Molecule, leave: boolean): Promise<MoleculeTold> {
  const { id, formula, title } = mol;
  const hand = mol.hand === undefined ? undefined : await ground.books.read('step', mol.hand);
  const step = hand && hand.status === 'in_progress' && !leave ? await toldOf(ground, hand) : null;
  const complete = step === null && (await isComplete(ground, mol));
  const waits = step || complete || leave ? [] : await waitsOf(ground, mol);
  const ready = step || complete || leave ? undefined : await nextOf(ground, mol, undefined);
  const next = ready ? { id: ready.id, title: ready.title } : null;
  return { id, formula, title, step, complete, fresh: mol.fresh ?? false, leave, waits, next };
}

const isComplete = async (ground: Ground, mol: Molecule): Promise<boolean> =>
  mol.state === 'closed' || ((await isPoured(ground, mol)) && (await openBeside(ground, mol.id, undefined)).length === 0);

/** Whether all its steps are there, and those of what was bonded under it. */
async function isPoured(ground: Ground, mol: Molecule, depth = 0): Promise<boolean> {
  if (mol.state === 'pouring') return false;
  if (depth < DEEPEST)
    for (const one of await bondedUnder(ground, mol.id)) if (!(await isPoured(ground, one, depth + 1))) return false;
  return true;
}
