import { queue } from './queue.ts';

export const checks = queue({
  name: 'checks',
  noun: 'check',
  why: "One run of a rig's checks on one tree. Tests are heavy, so few run at once, whatever else goes on.",
  concurrency: 2,
  attempt: true,
  alone: true,
  title: (doc) => doc.label,
});
