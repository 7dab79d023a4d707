import type { Clock } from '#world/clock';
import { Books, type Writer } from '#world/store/books';
import { type Keys, keysOf } from '#world/store/keys';
import { type Link, openLink, RedisGone } from '#world/store/link';
import { validate } from '#world/store/validate';

/** A link on which the next commit can be cut: before Redis had it, or after (then its answer is lost). */
type CuttingLink = Link & { cut: 'request' | 'reply' | undefined };

function cutting(link: Link): CuttingLink {
  const made: CuttingLink = {
    cut: undefined,
    pipeline: (commands) => link.pipeline(commands),
    close: () => link.close(),
    async call(...args) {
      const { cut } = made;
      if (!cut || !String(args[0]).startsWith('EVAL')) return link.call(...args);
      made.cut = undefined;
      if (cut === 'reply') await link.call(...args);
      throw new RedisGone('cut', 'a test');
    },
  };
  return made;
}

/** A writer of the books with a link of its own, which can be cut. */
export type Teller = { readonly books: Books; readonly link: CuttingLink };

let towns = 0;
/** Keys that no other test of this file uses. */
export const freshKeys = (): Keys => keysOf(`t${++towns}`);

/** A clock that goes on by one ms at each look. */
export function ticking(from = 1_700_000_000_000): Clock {
  let now = from;
  return { now: () => now++ };
}

export async function openTeller(path: string, keys: Keys, clock: Clock = ticking()): Promise<Teller> {
  const link = cutting(await openLink({ path }, { waitMs: 10_000 }));
  return { link, books: new Books(link, keys, clock, validate) };
}

/** Somebody at a command line: no epoch, no job. */
export const op: Writer = { actor: 'overseer', epoch: 0 };
