import type { QueueName } from '#queues/index';
import type { World } from '#world/world';
import { agents } from './agents.ts';
import type { Processor } from './answer.ts';
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

/** Every queue's processor: a queue without one does not compile. */
export const processors: { readonly [Q in QueueName]: Processor<Q, World> } = {
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
