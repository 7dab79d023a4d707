import { explain, isRefusal, type Refusal } from '#core/refusals';
import { type Would, wouldSling } from '#ops/sling';
import { onItsMolecule, slingPlan, type ToSling } from '#views/sling-plan';
import type { Io } from './command.ts';
import { type On, pourFor } from './sling-on.ts';
import type { DryRun, Not } from './sling-text.ts';
import { isUp, type OpenTown } from './wire.ts';
import { factsOf } from './wire-facts.ts';
import { openRigs } from './wire-rigs.ts';

/** Judges what is to be slung and what is to be poured on it as the real call does, and writes nothing. */
export async function planned(
  town: OpenTown,
  io: Io,
  wish: Parameters<typeof wouldSling>[1],
  on: On | undefined,
): Promise<DryRun | Refusal> {
  const [facts, all] = [await factsOf(town), await openRigs(town)];
  if (isRefusal(facts)) return facts;
  if (isRefusal(all)) return all;
  const items: ToSling[] = [];
  const not: Not[] = [];
  for (const one of await wouldSling(town.desk, wish)) {
    const item = 'refusal' in one ? one.refusal : await poured(one, town, io, on);
    if (isRefusal(item)) {
      const { code, says, try: todo, exit } = explain(item);
      not.push({ id: one.id, code, says, try: todo, exit });
    } else items.push(item);
  }
  const would = on !== undefined && not.length > 0 ? [] : await slingPlan(town.desk.books, facts, all.rigs, items, io.now());
  return { dryRun: true, would, not, running: isUp(town) };
}

async function poured(
  one: Extract<Would, { work: unknown }>,
  town: OpenTown,
  io: Io,
  on: On | undefined,
): Promise<ToSling | Refusal> {
  if (on === undefined) return onItsMolecule(town.desk, one.work);
  const pour = await pourFor(town, io, one.id, on);
  if (isRefusal(pour)) return pour;
  const { molAgent: _, ...work } = one.work;
  return { work: pour.agent ? { ...work, molAgent: pour.agent } : work, plan: pour.plan };
}
