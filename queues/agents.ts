import { addressOf } from '#core/holder';
import { queue } from './queue.ts';

export const agents = queue({
  name: 'agents',
  noun: 'agent',
  why: 'A lasting agent: mayor, crew, a dog, or whoever sits in a role that is code otherwise. Makes its session what the books say; active while it lives, parked while nobody wants it.',
  concurrency: 500,
  attempt: false,
  title: (doc) => `${addressOf(doc)}${doc.using === undefined ? '' : ` (${doc.using})`}`,
});
