import { type Put, unchanged } from '#core/change';
import type { ProtoStep } from '#core/formula/proto';
import { parseTimeout } from '#core/formula/timeout';
import { jobId, member } from '#core/ids';
import { COMMAND_LINE_MS, JUDGE_MS } from '#core/limits';
import { attemptId, commandFailure } from '#core/molecule/command';
import type { Failure } from '#core/molecule/failure';
import { growIteration, isTooMany, iterationOf, plannedIteration } from '#core/molecule/growth';
import type { Step } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { failing } from '#ops/fail-step';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';
import { end, fail } from './step-end.ts';
import { placeOf } from './step-place.ts';
import { whileOpen } from './while-open.ts';

/**
 * The work of a `ralph` is done: its script says whether it is good. With 0 the step closes; else it is worked once more, until its attempts are spent. A script
 * that was cut off is run again: it only looks. @returns undefined when it has changed and is to be looked at again
 */
export async function judge(step: Step, world: World, signal: AbortSignal): Promise<Answer | undefined> {
  const { desk, commands } = world;
  const plan = await desk.plans.step(step.mol, step.at);
  const check = plan?.ralph?.check;
  const { reason = '', by } = step.worked ?? {};
  const good = { outcome: 'done' as const, reason, final: true as const, ...(by ? { by } : {}) };
  if (!check) return void (await end(step, good, world));
  const place = await placeOf(step, world);
  if ('wait' in place) return place.wait;
  if ('gone' in place) return fail(step, plan, { class: 'hard', reason: place.gone }, world);
  const script = commands.scriptIn(place.dir, check.path);
  if ('why' in script) return again(step, plan, { reason: script.why }, world);
  const free = commands.place(member('steps', jobId(step.id, 1)));
  if (!free) return sleep(desk.clock.now() + COMMAND_LINE_MS, 'waits for a place to run its check');
  try {
    const iteration = step.exec === 'epic' ? iterationOf(step) : (step.failures ?? 0) + 1;
    const env = { ...(await place.env(step.attempts)), GT_ITERATION: String(iteration) };
    const timeoutMs = parseTimeout(check.timeout) ?? JUDGE_MS;
    const id = attemptId(step.id, iteration, 'judge');
    const input = { id, command: [script.program] as const, dir: place.dir, env, timeoutMs };
    await whileOpen(step, world, signal, async (until) => {
      const ended = await commands.run(input, until);
      if (ended.state === 'passed') return end(step, good, world);
      // Whatever it ended with: its word is that the work is not good.
      const { reason: why } = commandFailure(`iteration ${iteration}: ${check.path}`, ended);
      return again(step, plan, { reason: why }, world);
    });
    return undefined;
  } finally {
    free();
  }
}

/** The work is not good. A step with children gets them anew. */
async function again(step: Step, plan: ProtoStep | undefined, failure: Failure, world: World): Promise<undefined> {
  const { desk, queues } = world;
  if (step.exec !== 'epic') return fail(step, plan, failure, world);
  const whole = await desk.plans.read(step.mol);
  if (!whole) throw new Error(`${step.mol} has no plan`);
  const grown = await desk.change<readonly Put[]>(async (reading) => {
    const [mol, now] = await Promise.all([reading.get('molecule', step.mol), reading.get('step', step.id)]);
    if (!mol || !now?.worked) return unchanged([]);
    const at = desk.clock.now();
    const change = await failing(reading, now, plan, failure, at);
    if (change.answer.status !== 'open' || mol.cancel) return { ...change, answer: [] };
    const next = plannedIteration(whole, mol, now);
    if (isTooMany(mol, next.all.length)) return { ...(await failing(reading, now, plan, TOO_MANY, at)), answer: [] };
    await Promise.all(next.all.map(({ put }) => reading.get(put.noun, put.doc.id)));
    return { ...growIteration(change, mol, next, at), answer: next.all.map(({ put }) => put) };
  });
  if (isRefusal(grown)) throw new Refused(grown);
  await queues.addHeld(grown);
}

const TOO_MANY: Failure = { class: 'hard', reason: 'another iteration would make too many steps' };
