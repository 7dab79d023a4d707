import { scopeFailure } from '#core/molecule/scope';
import type { Step } from '#core/records';
import type { World } from '#world/world';
import type { Answer } from './answer.ts';
import { end, fail } from './step-end.ts';

/** All members of a scope have ended: its body ends as they did. @returns undefined: it has changed */
export async function endScope(step: Step, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  const why = scopeFailure(await desk.books.readMany('step', step.scope?.members ?? []));
  if (why === undefined) return void (await end(step, { outcome: 'done', reason: 'its members have ended' }, world));
  return fail(step, await desk.plans.step(step.mol, step.at), { class: 'hard', reason: why }, world);
}
