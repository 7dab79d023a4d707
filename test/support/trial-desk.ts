import { randomBytes } from 'node:crypto';
import { isRefusal } from '#core/refusals';
import { systemClock } from '#world/clock';
import { socketPath } from '#world/config/runtime';
import { type Desk, makeDesk } from '#world/desk';
import { makeAsk } from '#world/queue/ask';
import { connectQueues } from '#world/queue/connect';
import { RedisGone } from '#world/store/link';
import type { TrialTown } from '../../src/trials/trial-town.ts';

/** A desk such as gt's own commands have, kept open: tests make much work. */
export type OpenDesk = { readonly desk: Desk; readonly close: () => Promise<void> };

export async function openDesk(town: TrialTown): Promise<OpenDesk> {
  const [link, books] = [await town.link(), await town.books()];
  const path = socketPath(town.root, 'redis');
  if (isRefusal(path)) throw new Error('the town has no Redis');
  const { adding, close } = connectQueues({ path }, books.keys, () => undefined);
  const wake = makeAsk(link, books, async () => adding);
  const desk = makeDesk({
    books,
    clock: systemClock,
    log: { info: () => undefined, warn: () => undefined, fault: () => undefined },
    random: (count) => randomBytes(count),
    ask: (members) => wake(members).catch(() => ({ ended: [] })),
    writer: { actor: 'overseer', epoch: 0 },
  });
  return { desk, close };
}

/** A read that was cut when Redis died is made again. */
export async function uncut<T>(read: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await read();
    } catch (fault) {
      if (!(fault instanceof RedisGone) || fault.reason === 'closed') throw fault;
    }
}
