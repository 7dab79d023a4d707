import { member } from '#core/ids';
import { queue } from './queue.ts';

export const merges = queue({
  name: 'merges',
  noun: 'merge',
  why: 'A merge request, one per submitted head: pins the head, waits for the train, brings the landing to where the rig came from.',
  concurrency: 20,
  attempt: false,
  title: (doc) => `land ${doc.work} on ${doc.target}: ${doc.title}`,
  parent: (doc) => member('work', `${doc.work}@${doc.generation}`),
});
