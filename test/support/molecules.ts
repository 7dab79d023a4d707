import type { Proto } from '#core/formula/proto';
import type { Molecule, Noun } from '#core/records';
import { isRefusal } from '#core/refusals';
import { type Pour, pour } from '#ops/pour';
import type { Processor, Turn } from '#processors/answer';
import { gates } from '#processors/gates';
import { molecules } from '#processors/molecules';
import { steps } from '#processors/steps';
import type { QueueName } from '#queues/index';
import { systemClock } from '#world/clock';
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

/** Waits until the molecule is open; `limitMs` for one that is large. */
export const opens = (at: Town, id: string, limitMs?: number) =>
  until(`${id} is open`, async () => (await at.op.books.read('molecule', id))?.state === 'open', limitMs);

/** The world of a patrol, `ms` from now, as far as molecules go. */
export const later = (at: Town, ms = 0): World =>
  ({
    desk: { ...at.op, clock: { now: () => systemClock.now() + ms } },
    queues: jobsFor(at.op.link, at.op.books.keys, at.op.jobs, 0),
  }) as unknown as World;

/** All keys and members in Redis that name a molecule, but for the memory of commits, the events, and the list of ids that are not used again. */
export async function tracesOf({ redis }: Town, id: string): Promise<string[]> {
  const found: string[] = [];
  for (const key of await redis.keys('*')) {
    if (/:(events|commit:.*|i:molecules[.]gone)$/.test(key)) continue;
    const type = await redis.type(key);
    const inside = type === 'zset' ? await redis.call('ZRANGE', key, '0', '-1') : type === 'hash' ? await redis.hkeys(key) : [];
    for (const one of [key, ...(inside as string[])]) if (one.includes(id)) found.push(`${key} ${one}`);
  }
  return found;
}
