import { member } from '#core/ids';
import { queue } from './queue.ts';

export const gates = queue({
  name: 'gates',
  noun: 'gate',
  why: 'An async wait, from its making to its end: parked until it is due, or until somebody or something opens it.',
  concurrency: 20,
  attempt: false,
  title: (doc) => `${doc.type} gate ${doc.title}`,
  parent: (doc) => (doc.mol ? member('molecules', `${doc.mol}@1`) : undefined),
});
