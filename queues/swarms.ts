import { queue } from './queue.ts';

export const swarms = queue({
  name: 'swarms',
  noun: 'swarm',
  why: 'What one rig does of a batch: parked until its last item is closed, then mayor and overseer are told how each ended.',
  concurrency: 5,
  attempt: false,
  alone: true,
  title: (doc) => `${doc.items.length} items of ${doc.id} in ${doc.rig}`,
});
