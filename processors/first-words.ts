import { addressOf, type Holder, isAgent, lineOf } from '#core/holder';
import { orThrow } from '#core/refusals';
import { nudge } from '#ops/nudge';
import type { World } from '#world/world';

/**
 * The first prompt of a session whose program takes it only by typing, as its first delivery. Asked for before the session starts, so that none starts
 * without; a start that is made again asks again, and the key lets the later one take the place of the earlier.
 */
export async function sayFirst(holder: Holder, text: string, { desk }: World): Promise<void> {
  const first = holder.session?.id ?? '';
  const to = isAgent(holder) ? addressOf(holder) : `${holder.rig}/${holder.name}`;
  orThrow(await nudge(desk, { to, work: lineOf(holder), text, mode: 'wait-idle', key: 'first prompt', first }));
}
