import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { type Identity, identityAt } from '#core/roles';

/** Who calls: the environment of the process, or what was laid out for a person in the worktree that it is in. Apart from the rest, since every call reads it. */
export { selfHere } from '#world/agents/by-hand';

/** Whose directory one is; nobody's outside of the town. */
export function identityInside(root: string, dir: string): Identity | undefined {
  const path = relative(realpathSync(root), realpathSync(dir)).split(sep);
  return path[0] === '..' ? undefined : identityAt(path.join('/'));
}
