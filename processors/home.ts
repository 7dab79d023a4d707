import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';

const MIRROR_MS = 60_000;

/**
 * Brings the landed target of a rig to the repository that it came from. What could not be brought is said, and tried again with the next landing and
 * every minute: the target is brought whole, so a later success is one for all that were left before.
 * @param landed the request that has just landed; undefined: for those that were left
 */
export async function bringHome(name: string, landed: string | undefined, { desk, git, rig }: World): Promise<void> {
  const { repo, target } = rig(name);
  const mirror = await git
    .mirror({ repo, target, timeoutMs: MIRROR_MS })
    .catch((fault: unknown) => ({ state: 'left' as const, why: String(fault).slice(0, 300) }));
  failpoint('mirror');
  const earlier = await desk.books.index(`merges.unpushed:${name}`);
  const asked = landed === undefined ? [] : [landed];
  const newest = asked.length > 0 ? asked : earlier.slice(-1);
  for (const id of mirror.state === 'left' ? newest : new Set([...asked, ...earlier]))
    await desk.change(async (reading) => {
      const now = await reading.get('merge', id);
      if (now?.state !== 'merged' || (now.mirror && now.mirror.state !== 'left')) return { put: [], answer: undefined };
      if (mirror.state === 'left' && now.mirror?.why === mirror.why) return { put: [], answer: undefined };
      const type = mirror.state === 'left' ? 'merge.not_pushed' : 'merge.pushed';
      return {
        put: [{ noun: 'merge', doc: { ...now, mirror } }],
        events: [{ type, subject: id, rig: now.rig, data: { ...mirror } }],
        answer: undefined,
      };
    });
}

/** Tries again what could not be brought home: a network that is back, or a working copy that is clean again, tells nobody. */
export async function bringLeftHome(world: World): Promise<void> {
  await Promise.all(
    world.rigs().map(async (name) => {
      if ((await world.desk.books.count(`merges.unpushed:${name}`)) > 0) await bringHome(name, undefined, world);
    }),
  );
}
