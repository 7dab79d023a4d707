import { queue } from './queue.ts';

export const escalations = queue({
  name: 'escalations',
  noun: 'escalation',
  why: "An agent's question to a person: parked until it is answered or its time is over, then until its asker has been told.",
  concurrency: 20,
  attempt: false,
  alone: true,
  title: (doc) => `${doc.asker?.address ?? doc.subject} asks: ${doc.why.slice(0, 80)}`,
});
