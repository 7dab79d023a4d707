import { agentLayers, resolveAgent } from '#core/agents';
import { grantRun, grants } from '#core/dispatch';
import { HOLD_MS } from '#core/limits';
import { nextName } from '#core/names';
import type { Work } from '#core/records';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Processor, sleep } from './answer.ts';

/** Items that are looked at in one page: enough for any number of free slots unless many rigs are full. */
const PAGE = 200;

/** Grants slots to what waits, in order, as long as town and rig have free ones. Nobody else writes them. */
export const dispatch: Processor<'dispatch', World> = async (turn, world) => {
  const { desk } = world;
  const settings = world.settings();
  let granted = 0;
  let from = 0;
  for (
    let page = await desk.books.index('want', 0, PAGE - 1);
    page.length > 0;
    page = await desk.books.index('want', from, from + PAGE - 1)
  ) {
    const waiting = await desk.books.readMany('work', page);
    const known = new Set(world.rigs());
    const rigs = [...new Set(waiting.map((one) => one.rig))];
    const live = new Map<string, number>();
    for (const rig of new Set([...known, ...rigs])) live.set(rig, await desk.books.count(`runs.live:${rig}`));
    const closed = new Set(rigs.filter((rig) => !known.has(rig) || !takesWork(rig, world)));
    const maxRig = (rig: string) => world.rig(rig).settings.max_polecats;
    const chosen = grants({ waiting, live, maxTown: settings.max_polecats, maxRig, closed });
    for (const id of chosen) if (await grant(id, world)) granted++;
    const total = [...live.values()].reduce((sum, count) => sum + count, 0) + chosen.length;
    if (total >= settings.max_polecats) break;
    from += page.length - chosen.length;
    if (page.length < PAGE) break;
  }
  const [waiting, live] = [await desk.books.count('want'), await desk.books.count('runs.live')];
  if (granted > 0) desk.log.info('granted', { granted, job: turn.member });
  return sleep(desk.clock.now() + HOLD_MS, `${live} of ${settings.max_polecats} slots taken, ${waiting} waiting`);
};

/** A rig whose files are wrong must not hold up the others: it gets nothing until they are mended. */
function takesWork(rig: string, world: World): boolean {
  try {
    world.rig(rig);
    return true;
  } catch (fault) {
    world.desk.log.fault('a rig whose settings cannot be read gets no slots', fault, { rig });
    return false;
  }
}

async function grant(id: string, world: World): Promise<boolean> {
  const { desk } = world;
  const inUse = new Set([...(await desk.books.index('names')), ...(await namesOnDisk(id, world))]);
  const answer = await desk.change(async (reading) => {
    const work: Work | undefined = await reading.get('work', id);
    await reading.get('run', `${id}.r${(work?.runs ?? 0) + 1}`);
    if (!work?.want || work.run || work.needsYou) return { put: [], answer: false };
    const rig = world.rig(work.rig);
    const { style, names } = rig.settings.namepool;
    const name = work.hold?.name ?? nextName(inUse, { style, names });
    const asked = work.agent ?? (work.molecule ? (await reading.get('molecule', work.molecule))?.agent : undefined);
    const { agent } = resolveAgent(agentLayers({ work: asked, worker: name, role: 'polecat', settings: rig.settings }));
    const manual = work.manual === true || rig.settings.spawn === 'manual';
    const change = grantRun(work, { name, dir: rig.layout.polecat(name), agent, manual }, desk.clock.now());
    return { ...change, answer: true };
  });
  failpoint('grant');
  return answer === true;
}

/** Names whose worktree is there though no item holds it (the books were cut back): a person looks after them, nobody works in them. */
async function namesOnDisk(id: string, { desk, git, rig }: World): Promise<string[]> {
  const work = await desk.books.read('work', id);
  if (!work || work.hold) return [];
  const { repo, layout } = rig(work.rig);
  const trees = await git.worktrees(repo);
  const inside = `${layout.polecatsFolder}/`;
  return trees.filter(({ dir }) => dir.startsWith(inside)).map(({ dir }) => dir.slice(inside.length).split('/')[0] ?? '');
}
