import { queue } from './queue.ts';

export const dispatch = queue({
  name: 'dispatch',
  noun: 'dispatch',
  why: "The town's slots: the one writer of who goes next and who holds what.",
  concurrency: 1,
  attempt: false,
  title: () => 'grant slots to what waits for one',
});
