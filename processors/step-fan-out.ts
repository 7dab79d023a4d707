import { unchanged } from '#core/change';
import type { OnComplete } from '#core/formula/grammar';
import type { ProtoStep } from '#core/formula/proto';
import { HOLD_MS } from '#core/limits';
import { addItem, fanOutFailure, itemsOf, itemVars, madeFor } from '#core/molecule/fan-out';
import type { Step } from '#core/records';
import { explain, isRefusal, Refused } from '#core/refusals';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';
import { end, fail } from './step-end.ts';
import { withOutput } from './step-facts.ts';

/**
 * The work of a step with `on_complete` is done: a molecule for each item, one commit each, so that a fan-out that was cut goes on where it stopped; then the
 * step waits for them. @returns undefined when it has changed and is to be looked at again
 */
export async function fanOut(step: Step, world: World, signal: AbortSignal): Promise<Answer | undefined> {
  const { desk } = world;
  const plan = await desk.plans.step(step.mol, step.at);
  const after = plan?.on_complete;
  const found = itemsOf((await withOutput(step, desk)).output, after?.for_each ?? '');
  if (!after || 'why' in found)
    return fail(step, plan, { class: 'hard', reason: 'why' in found ? found.why : 'its plan has no fan-out' }, world);
  const { items } = found;
  const made = madeFor(step);
  if (made.length < items.length) {
    signal.throwIfAborted();
    return addNext(step, plan, after, items[made.length], world);
  }
  const molecules = await desk.books.readMany('molecule', made);
  const open = molecules.filter(({ state }) => state !== 'closed').length;
  if (open > 0) return sleep(desk.clock.now() + HOLD_MS, `waits for ${open} of its ${made.length} molecules`);
  const why = fanOutFailure(molecules, made.length - molecules.length);
  if (why !== undefined) return fail(step, plan, { class: 'hard', reason: why }, world);
  const { reason = '', by } = step.worked ?? {};
  return void (await end(step, { outcome: 'done', reason, final: true, ...(by ? { by } : {}) }, world));
}

async function addNext(step: Step, plan: ProtoStep, after: OnComplete, item: unknown, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  const index = madeFor(step).length;
  const vars = itemVars(after.vars, item, index);
  const cooked = world.cook(step.rig, { name: after.bond ?? '', vars, target: `${step.key}.item.${index + 1}` });
  if (isRefusal(cooked)) return fail(step, plan, { class: 'hard', reason: `item ${index + 1}: ${explain(cooked).says}` }, world);
  const added = await desk.change<'added' | 'ending'>(async (reading) => {
    const [mol, now] = await Promise.all([reading.get('molecule', step.mol), reading.get('step', step.id)]);
    if (!mol || !now?.worked || madeFor(now).length !== index) return unchanged('added');
    // Its step is about to be closed, and who does that has counted its molecules already.
    if (mol.state !== 'open' || mol.cancel) return unchanged('ending');
    const last = after.sequential ? madeFor(now).at(-1) : undefined;
    const before = last === undefined ? undefined : await reading.get('molecule', last);
    const change = addItem(now, mol, { plan: cooked.plan, vars, after: before }, desk.clock.now());
    for (const { noun, doc } of change.put) await reading.get(noun, doc.id);
    const id = change.answer.molecules?.at(-1) ?? '';
    return { ...change, text: [{ id, fields: desk.plans.pack(cooked.plan) }], answer: 'added' };
  });
  if (isRefusal(added)) throw new Refused(added);
  failpoint('item');
  return added === 'ending' ? sleep(desk.clock.now() + HOLD_MS, 'its molecule ends') : undefined;
}
