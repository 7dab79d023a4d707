import type { Member } from '#core/ids';
import { parts } from '#core/ids';
import type { Keys } from '#world/store/keys';
import type { Link } from '#world/store/link';
import { script } from '#world/store/script';

const wakeScript = script(new URL('./wake.lua', import.meta.url));

/** What a wake met: the job was asleep and runs now, is awake already, does not exist, or has ended. */
export type Woken = 'woken' | 'awake' | 'missing' | 'ended';
const WORDS: { readonly [code: string]: Woken } = { 1: 'woken', 0: 'awake', '-1': 'missing', '-2': 'ended' };

/** Members in one call, at most: a call is one script, and nobody else is served meanwhile. */
const AT_ONCE = 1000;

/** Wakes jobs, one call per queue. Idempotent; a wake too many costs the job one reading. */
export async function wake(link: Link, keys: Keys, members: readonly Member[]): Promise<Map<Member, Woken>> {
  const byQueue = new Map<string, Member[]>();
  for (const one of members) group(byQueue, one);
  const met = new Map<Member, Woken>();
  for (const [queue, all] of byQueue)
    for (let from = 0; from < all.length; from += AT_ONCE) {
      const some = all.slice(from, from + AT_ONCE);
      const codes = (await wakeScript(
        link,
        [keys.queue(queue)],
        some.map((one) => parts(one).jobId),
      )) as number[];
      for (const [i, one] of some.entries()) met.set(one, WORDS[String(codes[i])] ?? 'awake');
    }
  return met;
}

function group(byQueue: Map<string, Member[]>, one: Member): void {
  const { queue } = parts(one);
  const known = byQueue.get(queue);
  if (known) known.push(one);
  else byQueue.set(queue, [one]);
}
