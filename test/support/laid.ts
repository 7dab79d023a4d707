import type { Proto, ProtoStep } from '#core/formula/proto';
import { plannedSteps, pourChunk, poured } from '#core/molecule/pour';
import type { Molecule, Step } from '#core/records';
import { type Pour, pour } from '#ops/pour';
import type { Desk } from '#world/desk';
import { planOf, planStep } from './molecules.ts';
import { good } from './shop.ts';

/** An agent's step of a plan. */
export const agentStep = (id: string, needs: readonly string[] = [], more: Partial<ProtoStep> = {}): ProtoStep =>
  planStep(id, needs, { exec: { executor: 'agent' }, description: `What ${id} is about.`, ...more });

/** Pours a plan as the worker would, without one: nothing closes by itself. */
export async function laid(desk: Desk, steps: readonly ProtoStep[], more: Partial<Pour> = {}): Promise<Molecule> {
  const plan: Proto = planOf(steps);
  const made = good(await pour(desk, { plan, prefix: 'gp', rig: 'gp', phase: 'liquid', ...more }));
  const all = plannedSteps(plan, made, made.createdAt);
  const written = await desk.change(async (reading) => {
    const mol = await reading.get('molecule', made.id);
    await Promise.all(all.map(({ put }) => reading.get(put.noun, put.doc.id)));
    if (!mol) throw new Error('no molecule');
    const chunk = pourChunk(mol, all, desk.clock.now());
    return {
      ...chunk,
      put: chunk.put.map((one, i) =>
        i === 0 ? { noun: 'molecule' as const, doc: poured(chunk.answer, all, desk.clock.now()).answer } : one,
      ),
    };
  });
  good(written);
  return good((await desk.books.read('molecule', made.id)) ?? made);
}

/** The steps of a molecule by their ids in the formula. */
export async function stepsByKey(desk: Desk, mol: string): Promise<Record<string, Step>> {
  const ids = [...(await desk.books.index(`steps.closed:${mol}`)), ...(await desk.books.index(`steps.open:${mol}`))];
  return Object.fromEntries((await desk.books.readMany('step', ids)).map((step) => [step.key, step]));
}
