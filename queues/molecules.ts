import { member } from '#core/ids';
import { queue } from './queue.ts';

export const molecules = queue({
  name: 'molecules',
  noun: 'molecule',
  why: 'A formula at work, from its pour to its end: the parent of its steps, waiting for them to end.',
  concurrency: 20,
  attempt: false,
  title: (doc) => `${doc.id} ${doc.title}`,
  parent: (doc) => {
    if (doc.step) return member('steps', `${doc.step}@1`);
    if (doc.under) return member('molecules', `${doc.under}@1`);
    return doc.work ? member('work', `${doc.work}@${doc.workGeneration ?? 1}`) : undefined;
  },
});
