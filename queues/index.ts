import { agents } from './agents.ts';
import { checks } from './checks.ts';
import { deliveries } from './deliveries.ts';
import { dispatch } from './dispatch.ts';
import { gates } from './gates.ts';
import { merges } from './merges.ts';
import { molecules } from './molecules.ts';
import { patrols } from './patrols.ts';
import { polecats } from './polecats.ts';
import { steps } from './steps.ts';
import { trains } from './trains.ts';
import { work } from './work.ts';

/** Every queue of the town. A queue without its processor does not compile (processors/index.ts). */
export const queues = {
  work,
  dispatch,
  polecats,
  agents,
  molecules,
  steps,
  gates,
  merges,
  trains,
  checks,
  deliveries,
  patrols,
};

export type QueueName = keyof typeof queues;
export type NounOf<Q extends QueueName> = (typeof queues)[Q]['noun'];

/** Queues whose ended jobs leave the board one by one; those of a work item leave with it. */
export const aloneQueues = (Object.keys(queues) as QueueName[]).filter((name) => queues[name].alone);

/** The queue whose jobs are about a noun. */
export const queueOf = Object.fromEntries(Object.values(queues).map((spec) => [spec.noun, spec.name])) as {
  readonly [noun: string]: QueueName;
};
