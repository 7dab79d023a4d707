import type { Stray } from '#world/processes/strays';
import { type Check, good, ill, some } from './check.ts';

/** Processes in worktrees that no session of gt can be held to. They may be a person's: they are told of, and left alone. */
export function strays(found: readonly Stray[]): Check {
  if (found.length === 0) return good('sessions', 'strays', 'none in the worktrees');
  const named = found.map(({ pid, command, cwd }) => `${command} (${pid}) in ${cwd}`);
  return ill(
    'sessions',
    'strays',
    `processes in worktrees that carry no token of this town: ${some(named)}`,
    'gt leaves them alone; end what you do not know with `kill <pid>`.',
  );
}
