import { parentOf } from '#core/ids';
import type { SessionInfo } from '#world/pty/host';
import type { World } from '#world/world';

/**
 * A session that no record knows: the books were cut back to before it began. It is ended with everything of it, what it left uncommitted is kept in a ref, and
 * its worktree stays as it is, for the doctor to report.
 */
export async function endOrphan({ id, cwd, pid }: SessionInfo, world: World): Promise<void> {
  const { desk, git } = world;
  desk.log.warn('a session that no run knows', { session: id, pid });
  await world.host().kill(id);
  const rig = world.rigs().find((name) => holds(name, cwd, world));
  if (rig) {
    const { repo } = world.rig(rig);
    const ref = `refs/gt/snap/${parentOf(parentOf(id))}/${id}`;
    await git.snapshot({ repo, dir: cwd, ref, message: `uncommitted work of ${id}, which no record knows` });
  }
  await world
    .host()
    .forget(id)
    .catch((fault: unknown) => desk.log.fault('forget', fault, { session: id })); // the next round does it
}

/** Whether a rig has this worktree. One whose files are wrong says nothing, and must not keep the orphans of other rigs from their end. */
function holds(name: string, cwd: string, world: World): boolean {
  try {
    return cwd.startsWith(`${world.rig(name).layout.polecatsFolder}/`);
  } catch (fault) {
    world.desk.log.fault('a rig whose files are wrong', fault, { rig: name });
    return false;
  }
}
