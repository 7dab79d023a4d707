import { type Put, unchanged } from '#core/change';
import type { Proto } from '#core/formula/proto';
import { holdsNow, parseRunCondition } from '#core/formula/run-condition';
import { HOLD_MS } from '#core/limits';
import { growRound, isTooMany, plannedRound, type RoundAt, roundAt } from '#core/molecule/growth';
import { asksFor, asRunning, stepFacts } from '#core/molecule/run-facts';
import type { Step } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';
import { end, fail } from './step-end.ts';
import { stepsOf, withOutput } from './step-facts.ts';
import { placeOf } from './step-place.ts';

/**
 * The end of a round of a loop with `until`. The condition holds, or there have been as many rounds as there may be: the loop is over, and what comes after it
 * goes on. Else the steps of the next round are written in one commit, which also makes this step wait for their ends.
 * @returns undefined when it has changed and is to be looked at again
 */
export async function decideRound(step: Step, world: World): Promise<Answer | undefined> {
  const plan = await world.desk.plans.read(step.mol);
  const at = plan && roundAt(plan, step);
  const until = parseRunCondition(at?.loop.repeat?.until ?? '');
  if (!at || !until)
    return fail(step, plan?.steps[step.at], { class: 'hard', reason: 'its plan has no loop that can be decided' }, world);
  const place = asksFor(until).outside ? await placeOf(step, world) : { gone: '' };
  if ('wait' in place) return place.wait;
  const facts = await factsOf(step, at, world);
  const holds = holdsNow(until, {
    ...facts,
    fileExists: (path) => 'dir' in place && world.looks.fileExists(place.dir, path),
    env: world.looks.env,
  });
  const written = at.loop.repeat?.until ?? '';
  const rounds = `${at.number} ${at.number === 1 ? 'round' : 'rounds'}`;
  if (holds) return void (await end(step, { outcome: 'done', reason: `${written} holds after ${rounds}` }, world));
  if (!at.mayGoOn)
    return void (await end(step, { outcome: 'done', reason: `${rounds} are all it may have: ${written} does not hold` }, world));
  return grow(step, plan, at, world);
}

/** In a condition `step` is the last step of the round, and an id of the body is that of this round. */
async function factsOf(step: Step, at: RoundAt, { desk }: World) {
  const all = await Promise.all((await stepsOf(step.mol, desk)).map((one) => withOutput(one, desk)));
  const facts = stepFacts(step.mol, all);
  const here = (ref: string) => (facts.step(`${at.prefix}${ref}`) ? `${at.prefix}${ref}` : ref);
  const last = all.find(({ id }) => id === at.sinks.at(-1)) ?? step;
  return {
    ...facts,
    self: asRunning(last),
    step: (ref: string) => facts.step(here(ref)),
    children: (ref: string) => facts.children(here(ref)),
    descendants: (ref: string) => facts.descendants(here(ref)),
  };
}

async function grow(step: Step, plan: Proto, at: RoundAt, world: World): Promise<Answer | undefined> {
  const { desk, queues } = world;
  const grown = await desk.change<readonly Put[] | 'too-many' | 'ending'>(async (reading) => {
    const [mol, now] = await Promise.all([reading.get('molecule', step.mol), reading.get('step', step.id)]);
    // Somebody was faster.
    if (!mol || now?.status !== 'open' || (now.round ?? 1) !== at.number) return unchanged([]);
    if (mol.state !== 'open' || mol.cancel) return unchanged('ending');
    const next = plannedRound(plan, mol, now, at);
    if (isTooMany(mol, next.all.length)) return unchanged('too-many');
    await Promise.all(next.all.map(({ put }) => reading.get(put.noun, put.doc.id)));
    return { ...growRound(now, at, mol, next, desk.clock.now()), answer: next.all.map(({ put }) => put) };
  });
  if (isRefusal(grown)) throw new Refused(grown);
  if (grown === 'ending') return sleep(desk.clock.now() + HOLD_MS, 'its molecule ends');
  if (grown === 'too-many')
    return fail(step, plan.steps[step.at], { class: 'hard', reason: 'another round would make too many steps' }, world);
  failpoint('round');
  // They are on the board before they are released; who is marked is added anyway.
  await queues.addHeld(grown);
  return undefined;
}
