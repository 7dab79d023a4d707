import { handIn } from '#core/hand-in';
import { parentOf } from '#core/ids';
import type { Merge } from '#core/records';
import type { World } from '#world/world';

/**
 * Redis came back as it was an instant earlier (its append-only file was cut, or it was restarted): books and jobs agree with each other, but git has
 * gone on. What git proves is written down again, before anything else moves:
 * - a pinned head whose request the books have lost is handed in again (the pin is made before the books hear of it);
 * - a request whose head the target holds is left to the train, which finds it contained and closes it.
 * Sessions need nothing: a run whose session the books have lost starts the same session id, and the host answers with the one that lives.
 * @returns how many requests were found again
 */
export async function reconcile(world: World): Promise<number> {
  const { desk, git } = world;
  let found = 0;
  for (const name of world.rigs()) {
    const { repo, target } = world.rig(name);
    for (const { ref, sha } of await git.refs(repo, 'refs/refinery/mr')) {
      const id = ref.slice('refs/refinery/mr/'.length);
      if (await desk.books.read('merge', id)) continue;
      const runId = id.replace(/\.m(\d+)$/, '.r$1');
      const made = await desk.change(async (reading) => {
        const [run, work] = [await reading.get('run', runId), await reading.get('work', parentOf(id))];
        await reading.get('merge', id);
        if (!run || !work || run.submitted || run.state === 'ended' || work.status === 'closed')
          return { put: [], answer: undefined };
        const author = `${run.rig}/polecats/${run.name}`;
        const change = handIn(run, work, await reading.get('train', name), { head: sha, target, author }, desk.clock.now());
        return { ...change, answer: change.answer as Merge | undefined };
      });
      if (made) found++;
    }
  }
  if (found > 0) desk.log.warn('requests found again in git', { found });
  return found;
}
