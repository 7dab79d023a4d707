import { queue } from './queue.ts';

export const deliveries = queue({
  name: 'deliveries',
  noun: 'delivery',
  why: "A nudge to an agent, until it was taken or is known not to be. Active only while the PTY host has it, which may wait for its agent's turn to end.",
  concurrency: 500,
  attempt: true,
  alone: true,
  title: (doc) => `nudge ${doc.to} (${doc.work}): ${doc.head}`,
});
