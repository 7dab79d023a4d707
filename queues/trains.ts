import { queue } from './queue.ts';

export const trains = queue({
  name: 'trains',
  noun: 'train',
  why: "A rig's merge train: it alone moves the rig's target branch. Rigs run side by side.",
  concurrency: 20,
  attempt: false,
  title: (doc) => `merge train of ${doc.id}`,
});
