import { agentLayers, resolveAgent } from '#core/agents';
import type { Put } from '#core/change';
import { THE_TOWN } from '#core/derive';
import { grantRun, grants, type Slots } from '#core/dispatch';
import { jobId, member } from '#core/ids';
import { HOLD_MS } from '#core/limits';
import { nextName } from '#core/names';
import type { Records, Work } from '#core/records';
import { AGENTS_WAITING, usingIndex } from '#core/standing-talk';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Processor, sleep } from './answer.ts';

/** Items that are looked at in one page: enough for any number of free slots unless many rigs are full. */
const PAGE = 200;

/** Grants slots to what waits, in order, as long as town and rig have free ones. Nobody else writes them. */
export const dispatch: Processor<'dispatch', World> = async (turn, world) => {
  const { desk } = world;
  const settings = world.settings();
  const pass: Pass = { onDisk: new Map(), full: new Set() };
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
    const here = { waiting, live, maxTown: settings.max_polecats, maxRig, closed };
    const went = await grantAll(here, pass, world);
    granted += went;
    const total = [...live.values()].reduce((sum, count) => sum + count, 0) + went;
    if (total >= settings.max_polecats) break;
    from += page.length - went;
    if (page.length < PAGE) break;
  }
  const [waiting, live] = [await desk.books.count('want'), await desk.books.count('runs.live')];
  if (granted > 0) desk.log.info('granted', { granted, job: turn.member });
  const lasting = await desk.books.index(AGENTS_WAITING);
  // Marked, not only woken: one that is on its way to be parked would not hear a wake.
  if (lasting.length > 0)
    await desk.change(() => ({ put: [], marks: lasting.map((id) => member('agents', jobId(id, 1))), answer: undefined }));
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

/** Grants what may be granted, in order. Whoever finds its program's limit reached makes room for who comes behind it. @returns how many got a slot */
async function grantAll(slots: Slots, pass: Pass, world: World): Promise<number> {
  const live = new Map(slots.live);
  let waiting = slots.waiting;
  for (let granted = 0; ; ) {
    const chosen = new Set(grants({ ...slots, waiting, live }));
    const passed: string[] = [];
    for (const { id, rig } of waiting) {
      if (!chosen.has(id)) continue;
      if (await grant(id, pass, world)) {
        live.set(rig, (live.get(rig) ?? 0) + 1);
        granted++;
      } else passed.push(id);
    }
    if (passed.length === 0) return granted;
    waiting = waiting.filter(({ id }) => !chosen.has(id));
  }
}

/** What one activation has found out: a line of any length may wait for a program whose limit is reached, and asks git nothing. */
type Pass = { readonly onDisk: Map<string, Promise<string[]>>; readonly full: Set<string> };

async function grant(id: string, pass: Pass, world: World): Promise<boolean> {
  const { desk } = world;
  const known = await desk.books.read('work', id);
  const onDisk = known && !known.hold ? await namesOnDisk(known.rig, pass, world) : [];
  const inUse = new Set([...(await desk.books.index('names')), ...onDisk]);
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
    if (!manual && pass.full.has(agent)) return { put: [], answer: false };
    // What a person starts in a worktree is the person's to count.
    const limit = manual ? undefined : world.settings().max_sessions_per_agent[agent];
    const slots =
      limit === undefined ? undefined : ((await reading.get('dispatch', THE_TOWN)) ?? { id: THE_TOWN, generation: 1 });
    if (limit !== undefined && (await desk.books.count(usingIndex(agent))) >= limit) {
      pass.full.add(agent);
      return { put: [], answer: false };
    }
    const change = grantRun(work, { name, dir: rig.layout.polecat(name), agent, manual }, desk.clock.now());
    return { ...change, put: [...change.put, ...(slots ? [counted(slots)] : [])], answer: true };
  });
  failpoint('grant');
  return answer === true;
}

/** Whoever takes a place of a program that has a limit writes this record, so that nobody else takes the same one. */
const counted = (slots: Records['dispatch']): Put => ({ noun: 'dispatch', doc: { ...slots, granted: (slots.granted ?? 0) + 1 } });

/** Names whose worktree is there though no item holds it (the books were cut back): a person looks after them, nobody works in them. */
function namesOnDisk(name: string, { onDisk }: Pass, world: World): Promise<string[]> {
  const found = onDisk.get(name) ?? worktreeNames(name, world);
  onDisk.set(name, found);
  return found;
}

async function worktreeNames(name: string, { git, rig }: World): Promise<string[]> {
  const { repo, layout } = rig(name);
  const trees = await git.worktrees(repo);
  const inside = `${layout.polecatsFolder}/`;
  return trees.filter(({ dir }) => dir.startsWith(inside)).map(({ dir }) => dir.slice(inside.length).split('/')[0] ?? '');
}
