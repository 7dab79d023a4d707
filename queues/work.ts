import { member } from '#core/ids';
import { queue } from './queue.ts';

export const work = queue({
  name: 'work',
  noun: 'work',
  why: 'A work item, from creation to closed: held while it is open, waiting for its children while a polecat or the refinery has it.',
  concurrency: 30,
  attempt: false,
  title: (doc) => `${doc.id} ${doc.title}`,
  parent: (doc) => (doc.leg ? member('steps', `${doc.leg.step}@1`) : undefined),
});
