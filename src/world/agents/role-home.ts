import { dirname } from 'node:path';
import type { Role } from '#core/roles';

/**
 * The directory in which the settings of a role's agents stand: one above the clone or worktree, so that its git never sees them. Polecats of a rig share one,
 * and so do its crew. @param dir where the agent works
 */
export function roleHome(role: Role, dir: string): string {
  if (role === 'polecat' || role === 'crew') return dirname(dirname(dir));
  return role === 'refinery' ? dirname(dir) : dir;
}
