import { member } from '#core/ids';
import { queue } from './queue.ts';

export const polecats = queue({
  name: 'polecats',
  noun: 'run',
  why: 'One run of a polecat: worktree, session, watch, hand in. Active for as long as its agent lives, so it has no limit of its own: slots are granted in the books.',
  concurrency: 500,
  attempt: true,
  title: (doc) => `${doc.name} works on ${doc.work} (${doc.rig}, attempt ${doc.attempt})`,
  parent: (doc) => member('work', `${doc.work}@${doc.generation}`),
});
