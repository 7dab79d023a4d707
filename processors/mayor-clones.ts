import type { World } from '#world/world';

/**
 * The mayor's clones show what has landed in these rigs, for as long as a mayor is wanted: there it reads what it plans work for. One that somebody has changed
 * is left alone; what fails is tried again in the deacon's next round.
 */
export async function showMayor(names: readonly string[], { desk, git, rig, agents }: World): Promise<void> {
  if (names.length === 0 || !(await desk.books.read('agent', MAYOR))?.wanted) return;
  for (const name of names)
    try {
      const of = rig(name);
      const { repo, target, layout } = of;
      const at = await git.resolve(repo, `refs/heads/${target}`);
      if (at && (await git.followTarget({ repo, dir: layout.mayorClone, target, at }))) await agents.cloned(of);
    } catch (fault) {
      desk.log.fault(`the mayor's clone of ${name}`, fault);
    }
}

const MAYOR = 'hq-mayor';
