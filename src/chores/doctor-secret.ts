import { type Holder, isOver } from '#core/holder';
import { isRefusal, type Refusal } from '#core/refusals';
import type { SecretFound } from '#world/agents/token';
import { type Check, good, ill, refused, some } from './check.ts';

/** Whether the secret is whole of which a town that runs makes the tokens of its sessions. */
export function secretCheck(found: SecretFound | Refusal): Check {
  if (isRefusal(found)) return refused('town', 'secret', found);
  if ('secret' in found) return good('town', 'secret', 'whole');
  return ill(
    'town',
    'secret',
    `the file of which the tokens of sessions are made is ${found.lost}`,
    'The next start draws a new one, and its agents get new tokens: `gt shutdown && gt up`.',
  );
}

/**
 * Whether the tokens of the sessions that live are made of the secret of now. Others are heard as long as the books have them, but could not be made again.
 * @param tokenOf the token of a session's id
 */
export function tokensCheck(tokenOf: (session: string) => string, holders: readonly Holder[]): Check {
  const live = holders.flatMap((holder) => (holder.session && !holder.session.exit && !isOver(holder) ? [holder.session] : []));
  const other = live.filter(({ id, token }) => token !== tokenOf(id)).map(({ id }) => id);
  if (other.length === 0) return good('sessions', 'tokens', `${live.length} sessions`);
  return ill(
    'sessions',
    'tokens',
    `tokens made of a secret that is lost; they are heard until Redis forgets a moment: ${some(other)}`,
    'Agents get new ones: `gt shutdown && gt up`.',
  );
}
