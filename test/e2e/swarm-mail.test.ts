import { afterAll, beforeAll, expect, test } from 'vitest';
import { ends, landedOnce } from '../support/kill-proof.ts';
import { KillTown, PATIENCE_MS, RIG } from '../support/kill-story.ts';

let story: KillTown;
beforeAll(async () => {
  story = await KillTown.begin();
});
afterAll(() => ends(story));

type Told = { readonly letters: ReadonlyArray<{ readonly type: string; readonly subject: string }> };

/** What lies in a mailbox, the archive too, oldest first. */
async function told(...box: string[]): Promise<string[]> {
  const { letters } = await story.town.ask<Told>(['mail', 'inbox', ...box, '--all', '-n', '100']);
  return letters.map(({ type, subject }) => `${type} ${subject}`).sort();
}

test(
  'two items that are slung at once are told of from beginning to end, each thing once, though the worker is killed as it lands one and as it tells of the end',
  async () => {
    const items = [await story.item(), await story.item()];
    const worker = await story.order('close');
    expect(await story.sling(items)).toMatchObject({ exit: 0 });
    await story.death(worker);
    const heir = await story.successor(worker);
    await story.order('swarm');
    await story.death(heir);
    await story.successor(heir);
    await landedOnce(story, items, []);
    const ids = items.map(({ id }) => id).sort();
    const [swarm = ''] = (await told()).map((one) => one.split(' ')[1]);
    expect(await told()).toEqual([`SWARM_COMPLETE ${swarm} in ${RIG}: 2 landed, 0 failed, 0 skipped`]);
    expect(await told(`${RIG}/witness`)).toEqual(
      [
        ...ids.flatMap((id) => [`MERGED ${id} landed on main`, `POLECAT_DONE ${id}: ${id}.r1 handed in ${id}.m1`]),
        `SWARM_START ${swarm}: 2 items of 2 in ${RIG}`,
      ].sort(),
    );
    expect((await told(`${RIG}/refinery`)).map((one) => one.split(':')[0])).toEqual(ids.map((id) => `MERGE_READY ${id}.m1`));
    expect(await told(ids[0] ?? '')).toEqual([`MERGED ${ids[0]} landed on main`]);
  },
  PATIENCE_MS * 2,
);
