import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { type Pour, pour } from '#ops/pour';
import type { Io } from './command.ts';
import type { OpenTown } from './wire.ts';
import { filledForRun } from './wire-cook.ts';
import { templateOf } from './wire-molecules.ts';
import { openRig } from './wire-rigs.ts';

/** What the items are to be worked by. */
export type On = {
  /** A formula's name, or the id of a stored protomolecule. */
  readonly formula: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly fresh: boolean;
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

/** What would be poured on an item, or all that speaks against it; nothing is written. */
export async function pourFor(town: OpenTown, io: Io, id: string, { formula, vars, fresh }: On): Promise<Pour | Refusal> {
  const { desk } = town;
  const work = await desk.books.read('work', id);
  if (!work) return refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });
  const attached = work.molecule === undefined ? undefined : await desk.books.read('molecule', work.molecule);
  if (attached && attached.state !== 'closed') return refuse('MOLECULE_ATTACHED', { id, mol: attached.id });
  const rig = await openRig(town, work.rig);
  if (isRefusal(rig)) return rig;
  const given = { feature: work.title, issue: id, ...vars };
  const template = await templateOf(town, formula, { rig: work.rig, vars: given, io });
  if (isRefusal(template)) return template;
  const dish = filledForRun(template, given);
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
    vars: given,
    work: id,
    ...(template.id === undefined ? {} : { proto: template.id }),
    ...(fresh ? { fresh } : {}),
    ...(plan.agent ? { agent: plan.agent } : {}),
  };
}
