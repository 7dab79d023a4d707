import { CONTEXT_BYTES } from '#core/limits';
import { primeText } from '#core/prime-text';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import { answersFor, answersText } from './escalations.ts';
import { hook } from './hook.ts';

/** The context of a session: who it is, what is on its hook, how it begins and ends; SESSION_STALE for a session that is over. */
export async function prime(
  desk: Pick<Desk, 'books' | 'steps'>,
  caller: { session: string; run: string; token: string },
  actor: string,
): Promise<{ context: string } | Refusal> {
  const found = await hook(desk, caller);
  if (isRefusal(found)) return found;
  const told = answersText(await answersFor(desk.books, found.id));
  return { context: [primeText(found, actor, CONTEXT_BYTES), ...told].join('\n') };
}
