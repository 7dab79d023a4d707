import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { type Pour, pour } from '#ops/pour';
import type { Io } from './command.ts';
import type { OpenTown } from './wire.ts';
import { cookedForRun } from './wire-cook.ts';
import { formulaNamed, formulasOf } from './wire-formulas.ts';
import { openRig } from './wire-rigs.ts';

/** What the items are to be worked by. */
export type On = {
  readonly formula: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly fresh: boolean;
  readonly fanout: boolean;
};

/**
 * Pours a formula on each item that is about to be slung; its variables `feature` and `issue` are the item's title and id unless they were given. Everything
 * that is wrong with the formula, its values or the molecules that items have already is said before anything is poured. @returns the molecules by item
 */
export async function pourOn(town: OpenTown, io: Io, ids: readonly string[], on: On): Promise<Map<string, string> | Refusal> {
  const pours: Pour[] = [];
  for (const id of new Set(ids)) {
    const ready = await pourFor(town, io, id, on);
    if (isRefusal(ready)) return ready;
    pours.push(ready);
  }
  const made = new Map<string, string>();
  for (const one of pours) {
    const mol = await pour(town.desk, one);
    if (isRefusal(mol)) return mol;
    made.set(one.work ?? '', mol.id);
  }
  return made;
}

async function pourFor(town: OpenTown, io: Io, id: string, { formula, vars, fresh, fanout }: On): Promise<Pour | Refusal> {
  const { desk } = town;
  const work = await desk.books.read('work', id);
  if (!work) return refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });
  const attached = work.molecule === undefined ? undefined : await desk.books.read('molecule', work.molecule);
  if (attached && attached.state !== 'closed') return refuse('MOLECULE_ATTACHED', { id, mol: attached.id });
  const rig = await openRig(town, work.rig);
  const shelf = formulasOf(town, work.rig, io);
  if (isRefusal(rig)) return rig;
  if (isRefusal(shelf)) return shelf;
  const named = formulaNamed(shelf, formula, io);
  if (isRefusal(named)) return named;
  const dish = cookedForRun(named.files, { name: named.name, vars: { feature: work.title, issue: id, ...vars } });
  if (isRefusal(dish)) return dish;
  const { plan } = dish;
  if (plan.type === 'convoy' || plan.steps.length === 0) {
    const hint = plan.type === 'convoy' ? `Run it: \`gt formula run ${formula}\`.` : 'It has no steps.';
    return refuse('FORMULA_NOT_RUN', { name: plan.formula, type: plan.type, hint });
  }
  // Values that are given to every formula are no mistake where one does not use them.
  const own = dish.warnings.filter(
    (line) => !/\b(feature|issue)\b/.test(line) || Object.keys(vars).some((name) => line.includes(name)),
  );
  for (const warning of own) io.err(`${warning}\n`);
  return {
    plan,
    prefix: rig.file.beads.prefix,
    rig: work.rig,
    phase: plan.phase === 'vapor' ? 'vapor' : 'liquid',
    vars: { feature: work.title, issue: id, ...vars },
    work: id,
    ...(fresh ? { fresh } : {}),
    ...(fanout ? { fanout } : {}),
    ...(plan.agent ? { agent: plan.agent } : {}),
  };
}
