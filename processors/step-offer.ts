import { jobMember } from '#core/derive';
import { HOLD_MS, OFFER_MS } from '#core/limits';
import { filled, stepEvent } from '#core/molecule/life';
import { moleculeText } from '#core/molecule/step-words';
import type { Molecule, Run, Step } from '#core/records';
import { orThrow } from '#core/refusals';
import { takeStep } from '#ops/take-step';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';
import { tellAgent } from './run-steps.ts';

/**
 * An agent's step whose needs are met. Most are handed out by the close of the one before, so this is for those that were waited for: the run (or the item
 * that has none) is told to look; an agent that lives and has not taken the step soon gets it into its hands, with a word to it.
 * @returns undefined when it has changed and is to be looked at again
 */
export async function offer(step: Step, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  const until = desk.clock.now() + HOLD_MS;
  if (step.status === 'in_progress')
    return sleep(until, `in the hands of ${step.holder?.session ?? step.holder?.by ?? 'its agent'}`);
  const root = await desk.steps.root(step.mol);
  if (root?.hand !== undefined) return sleep(until, `ready, after ${root.hand}`);
  const work = root?.work === undefined ? undefined : await desk.books.read('work', root.work);
  if (!root || !work) return sleep(until, 'ready for whoever works it');
  const run = work.run === undefined ? undefined : await desk.books.read('run', work.run);
  const answers =
    run?.session && !run.session.exit && !run.session.leaving && run.session.ackedAt !== undefined && !run.submitted;
  const due = (step.offeredAt ?? desk.clock.now()) + OFFER_MS;
  if (step.offeredAt === undefined) await tell(step, world, run ? jobMember.run(run) : jobMember.work(work), run?.id ?? work.id);
  if (!run || !answers) return sleep(until, run ? 'ready: its run is about to take it' : 'ready: its item gets a slot');
  if (desk.clock.now() < due) return sleep(due, 'ready for its agent');
  await handTo(run, root, world);
  return sleep(until, `ready for ${run.name}`);
}

/** Lets those look who wait for it. */
async function tell(step: Step, { desk }: World, job: ReturnType<typeof jobMember.run>, subject: string): Promise<void> {
  orThrow(
    await desk.change(async (reading) => {
      const found = await reading.get('step', step.id);
      const now = found && filled(found);
      if (now?.status !== 'open') return { put: [], answer: undefined };
      const doc: Step = { ...now, offeredAt: desk.clock.now() };
      return {
        put: [{ noun: 'step', doc }],
        marks: job ? [job] : [],
        events: [{ ...stepEvent(doc, 'step.ready', { step: doc.id }), subject }],
        answer: undefined,
      };
    }),
  );
}

/** Puts the next step that is ready into the hands of a live agent. Said first: what is said and not yet taken is taken by the call that it asks for. */
async function handTo(run: Run, root: Molecule, world: World): Promise<void> {
  const { desk, git } = world;
  const next = await desk.steps.next(root);
  if (!next) return;
  const { id, formula, title, fresh = false } = root;
  const step = await desk.steps.told(next);
  const text = moleculeText({ id, formula, title, fresh, step, complete: false, leave: false, waits: [], next: null });
  await tellAgent(run, text, `step ${next.id}`, world);
  const { head } = await git.facts(run.dir);
  orThrow(await takeStep(desk, { run: run.id, head }));
}
