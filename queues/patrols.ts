import { queue } from './queue.ts';

export const patrols = queue({
  name: 'patrols',
  noun: 'patrol',
  why: 'Ticks of the patrols (Job Schedulers): look at all, wake what should move, repair what is wrong.',
  concurrency: 4,
  attempt: true,
  alone: true,
  title: (doc) => `patrol of the ${doc.id}`,
});
