import type { Proto } from '#core/formula/proto';
import type { Molecule, Noun } from '#core/records';
import { isRefusal } from '#core/refusals';
import { type Pour, pour } from '#ops/pour';
import type { Processor, Turn } from '#processors/answer';
import { gates } from '#processors/gates';
import { molecules } from '#processors/molecules';
import { steps } from '#processors/steps';
import type { QueueName } from '#queues/index';
import { jobsFor } from '#world/queue/jobs';
import type { World } from '#world/world';
import { freshKeys } from './books.ts';
import { type Run, type Town, town, type Wish } from './sleepers.ts';
import { until } from './until.ts';

/** A town with the real processors of molecules, steps and gates, and nothing else of the world but `more`. */
export async function moleculeTown(
  path: string,
  more: Partial<World> = {},
  wish: Wish = {},
  beside: { readonly [Q in QueueName]?: Processor<Q, World> } = {},
): Promise<Town> {
  const keys = freshKeys();
  let at: Town | undefined;
  const real =
    (processor: (turn: never, world: World) => ReturnType<Run>): Run =>
    (turn: Turn<Noun>, desk) => {
      if (!at) throw new Error('no town yet');
      const queues = jobsFor(at.op.link, keys, at.op.jobs, 0);
      return processor(turn as never, { desk, queues, ...more } as World);
    };
  at = await town(
    path,
    keys,
    {
      molecules: real(molecules),
      steps: real(steps),
      gates: real(gates),
      ...Object.fromEntries(Object.entries(beside).map(([name, one]) => [name, real(one as never)])),
    },
    wish,
  );
  return at;
}

export { planOf, planStep } from '../../src/trials/plans.ts';

/** Pours a plan. @throws when it is refused */
export async function poured(at: Town, plan: Proto, more: Partial<Pour> = {}): Promise<Molecule> {
  const made = await pour(at.op, { plan, prefix: 'gp', rig: '', phase: 'liquid', ...more });
  if (isRefusal(made)) throw new Error(made.refused);
  return made;
}

/** Waits until the molecule has closed; `limitMs` for one that is large. @returns its record */
export const closes = async (at: Town, id: string, limitMs?: number): Promise<Molecule> =>
  until(
    `${id} is closed`,
    async () => {
      const doc = await at.op.books.read('molecule', id);
      return doc?.state === 'closed' ? doc : undefined;
    },
    limitMs,
  );
