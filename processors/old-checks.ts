import { CHECKS_ENDED } from '#core/derive';
import { verdictId } from '#core/ids';
import { LOGS_KEPT_MS, PAGE, SNAPSHOTS_KEPT_MS } from '#core/limits';
import type { Check, Verdict } from '#core/records';
import { UNPRUNED } from '#core/standing-work';
import type { Desk } from '#world/desk';
import type { World } from '#world/world';

/** Items whose refs are looked at in one round: each is a call of git. */
const ITEMS = 50;

/**
 * Drops checks whose logs have gone, and the verdicts that rest on them: a tree that comes again after that is checked again. What came of a request stands in
 * its own record. One page a round.
 */
export async function dropChecks(desk: Desk): Promise<void> {
  const ids = await desk.books.indexUntil(CHECKS_ENDED, desk.clock.now() - LOGS_KEPT_MS, PAGE);
  if (ids.length === 0) return;
  await desk.change(async (reading) => {
    const docs = (await Promise.all(ids.map((id) => reading.get('check', id)))).filter((doc) => doc !== undefined);
    const verdicts = new Map<string, Verdict>();
    for (const doc of docs) {
      const verdict = await reading.get('verdict', verdictId(doc));
      if (verdict && restsOn(verdict, doc)) verdicts.set(verdict.id, verdict);
    }
    return {
      put: [],
      drop: [
        ...docs.map(({ id }) => ({ noun: 'check' as const, id })),
        ...[...verdicts.keys()].map((id) => ({ noun: 'verdict' as const, id })),
      ],
      answer: undefined,
    };
  });
}

/** One that knows of errors alone rests on whichever check is left. */
const restsOn = ({ passed, failures }: Verdict, { id }: Check): boolean =>
  passed?.check === id || failures.includes(id) || (!passed && failures.length === 0);

/** Drops the snapshots of items that landed long ago: what their dead sessions had not committed. Those of items that ended otherwise stay. */
export async function dropSnapshots({ desk, git, rig, rigs }: World): Promise<void> {
  const known = new Set(rigs());
  const before = desk.clock.now() - SNAPSHOTS_KEPT_MS;
  for (const work of await desk.books.readMany('work', await desk.books.indexUntil(UNPRUNED, before, ITEMS))) {
    // The repository of a rig that is there no more is a person's.
    if (known.has(work.rig)) {
      const { repo } = rig(work.rig);
      await git.drop(repo, await git.refs(repo, `refs/gt/snap/${work.id}`));
    }
    await desk.change(async (reading) => {
      const now = await reading.get('work', work.id);
      const isOver = now?.status === 'closed' && now.generation === work.generation;
      return { put: isOver ? [{ noun: 'work', doc: { ...now, pruned: true } }] : [], answer: undefined };
    });
  }
}
