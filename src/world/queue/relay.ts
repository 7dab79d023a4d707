import { PAGE, RELAY_MS } from '#core/limits';
import type { Clock } from '#world/clock';
import type { Books } from '#world/store/books';
import type { Link } from '#world/store/link';
import { dropUnseen, unseenSince } from '#world/store/take';
import type { Ask } from './ask.ts';

/** Wakes (and adds) what somebody marked and then died before waking. @returns how many members it found */
export async function relayOnce(link: Link, books: Books, ask: Ask, until: number): Promise<number> {
  const members = await unseenSince(link, books, until, PAGE);
  const { ended } = await ask(members);
  await dropUnseen(link, books, ended);
  return members.length;
}

/** Relays for as long as the worker lives. @returns its end */
export function relay(
  link: Link,
  books: Books,
  ask: Ask,
  clock: Clock,
  onFault: (fault: unknown) => void,
  everyMs = RELAY_MS,
): () => void {
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      await relayOnce(link, books, ask, clock.now() - everyMs);
    } catch (fault) {
      onFault(fault);
    } finally {
      busy = false;
    }
  }, everyMs);
  return () => clearInterval(timer);
}
