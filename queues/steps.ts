import { member } from '#core/ids';
import { queue } from './queue.ts';

export const steps = queue({
  name: 'steps',
  noun: 'step',
  why: 'A step of a molecule: held while what it needs is open, parked while an agent has it, active while its command runs.',
  concurrency: 50,
  attempt: false,
  title: (doc) => `${doc.key}: ${doc.title}`,
  parent: (doc) => member('molecules', `${doc.mol}@1`),
});
