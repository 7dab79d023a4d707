// Runs one job of one queue to its end, with the built worker's own parts: `node run-queue.mjs <redis socket> <queue> <record as JSON> <ms>`. Its time `at`
// is so many ms after it is written, however slowly this program comes up. Prints what came of it.

import { Redis } from 'ioredis';
import { jobMember } from '#core/derive';
import { parts } from '#core/ids';
import { startSleepers, takeOver } from '#daemon/sleepers';
import { processors } from '#processors/index';
import { queues } from '#queues/index';
import { systemClock } from '#world/clock';
import { silent } from '#world/log';
import { keysOf } from '#world/store/keys';
import { openLink } from '#world/store/link';

const [path, name, json, ms] = process.argv.slice(2);
const doc = { ...JSON.parse(json), at: systemClock.now() };
const { noun } = queues[name];
const link = await openLink({ path }, { waitMs: 10_000 });
const redis = new Redis({ path, maxRetriesPerRequest: null });
const footing = await takeOver(redis, link, keysOf('added'), systemClock, silent);
const { books } = footing.desk;
const { jobId } = parts(jobMember[noun](doc));
const states = [];

const sleepers = await startSleepers(
  footing,
  { [name]: processors[name] },
  {
    name: `added/${process.pid}`,
    world: (self) => ({ desk: footing.deskOf(self) }),
    escalate: async (subject, _cause, why) => Promise.reject(new Error(`${subject}: ${why}`)),
    onStale: () => process.exit(1),
  },
);
const ended = new Promise((resolve) => sleepers.onEnded((id) => id === jobId && resolve()));
await footing.desk.change(async (reading) => {
  if (await reading.get(noun, doc.id)) throw new Error(`${doc.id} is there already`);
  return { put: [{ noun, doc: { ...doc, at: systemClock.now() + Number(ms) } }], answer: undefined };
});
const job = () => footing.jobs.get(name).getJob(jobId);
for (const end = performance.now() + 5000; performance.now() < end && states.at(-1) !== 'delayed'; )
  states.push(await (await job())?.getState());
await ended;
const after = await job();
const said = {
  title: after.name,
  parked: states.includes('delayed'),
  state: await after.getState(),
  result: after.returnvalue,
  record: await books.read(noun, doc.id),
  listed: await books.index('jobs'),
};
process.stdout.write(`${JSON.stringify(said)}\n`);
await sleepers.stop(1000);
link.close();
redis.disconnect();
