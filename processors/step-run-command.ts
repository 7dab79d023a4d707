import { unchanged } from '#core/change';
import type { ProtoStep, StepExec } from '#core/formula/proto';
import { jobId, member } from '#core/ids';
import { COMMAND_LINE_MS } from '#core/limits';
import { attemptId, commandFailure, commandMs, LOST, nextForCommand, noteCommand, outputOf } from '#core/molecule/command';
import type { Step } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { CommandEnd } from '#world/commands/commands';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';
import { end, fail } from './step-end.ts';
import { type Place, placeOf } from './step-place.ts';
import { whileOpen } from './while-open.ts';

/** One step of a command step's life (core/molecule/command.ts). @returns undefined when it has changed and is to be looked at again */
export async function runCommand(step: Step, world: World, signal: AbortSignal): Promise<Answer | undefined> {
  const { desk, commands } = world;
  const plan = await desk.plans.step(step.mol, step.at);
  const exec = plan?.exec;
  if (exec?.run === undefined) return fail(step, plan, { reason: 'its plan has no command' }, world);
  const place = await placeOf(step, world);
  if ('wait' in place) return place.wait;
  if ('gone' in place) return fail(step, plan, { class: 'hard', reason: place.gone }, world);
  const free = commands.place(member('steps', jobId(step.id, 1)));
  if (!free) return sleep(desk.clock.now() + COMMAND_LINE_MS, 'waits for a place to run its command');
  try {
    await whileOpen(step, world, signal, (until) => advance({ step, plan, exec, place, world, signal: until }));
    return undefined;
  } finally {
    free();
  }
}

type At = {
  readonly step: Step;
  readonly plan: ProtoStep | undefined;
  readonly exec: StepExec;
  readonly place: Place;
  readonly world: World;
  readonly signal: AbortSignal;
};

/** From where the books and the disk say it stands to its end: closed, failed or to be tried again. */
async function advance(at: At): Promise<void> {
  const { plan, exec, world } = at;
  const { desk, commands } = world;
  let refused = false;
  for (let { step } = at; ; ) {
    const found = step.command ? await commands.known(attemptId(step.id, step.command.n, 'run')) : undefined;
    const known = found === undefined ? 'never-begun' : found === 'begun' ? 'begun' : 'ended';
    const move = nextForCommand(step, exec, known, refused);
    switch (move.do) {
      case 'note': {
        const noted = await note(step, move.n, world);
        if (!noted) return;
        step = noted;
        refused = false;
        failpoint('command.noted');
        break;
      }
      case 'run':
        await run(at, move.n, 'run', exec.run ?? '');
        failpoint('command.ended');
        break;
      case 'ask': {
        const asked = await run(at, move.n, 'done_if', exec.done_if ?? '');
        if (asked.state === 'passed')
          return end(step, { outcome: 'done', reason: 'it was done already', evidence: { code: 0, log: asked.log } }, world);
        refused = true;
        break;
      }
      case 'take':
        if (found && found !== 'begun') await take({ ...at, step }, move.n, found);
        return;
      case 'give-up':
        desk.log.warn('the end of a command was not seen', { step: step.id, attempt: step.command?.n });
        return void (await fail(step, plan, LOST, world));
      default:
        move satisfies never;
    }
  }
}

/** @returns undefined when the step has changed meanwhile */
async function note(step: Step, n: number, { desk }: World): Promise<Step | undefined> {
  const noted = await desk.change<Step | undefined>(async (reading) => {
    const now = await reading.get('step', step.id);
    const isSame = now && now.status === step.status && now.attempts === step.attempts && now.command?.n === step.command?.n;
    return isSame ? noteCommand(now, n, desk.clock.now()) : unchanged(undefined);
  });
  if (isRefusal(noted)) throw new Refused(noted);
  return noted;
}

async function run(at: At, n: number, what: 'run' | 'check' | 'done_if', command: string): Promise<CommandEnd> {
  const { step, exec, place, world, signal } = at;
  const env = await place.env(n);
  const input = { id: attemptId(step.id, n, what), command, dir: place.dir, env, timeoutMs: commandMs(exec) };
  return world.commands.run(input, signal);
}

/** The command has ended: its check is run where it has one, and the step closes with what it gave out, or fails. */
async function take(at: At, n: number, ended: CommandEnd): Promise<void> {
  const { step, plan, exec, world } = at;
  if (ended.state !== 'passed') return void (await fail(step, plan, commandFailure('its command', ended), world));
  const checked = exec.check === undefined ? undefined : await run(at, n, 'check', exec.check);
  if (checked && checked.state !== 'passed') return void (await fail(step, plan, commandFailure('its check', checked), world));
  const output = outputOf(ended.stdout);
  const evidence = { code: 0, log: ended.log };
  await end(
    step,
    { outcome: 'done', reason: 'its command ended with 0', evidence, ...(output === undefined ? {} : { output }) },
    world,
  );
}
