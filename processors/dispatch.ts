import type { Put } from '#core/change';
import { THE_TOWN } from '#core/derive';
import { grantRun, grants, nextBegin } from '#core/dispatch';
import { jobId, member } from '#core/ids';
import { HOLD_MS } from '#core/limits';
import { nextName } from '#core/names';
import type { Records, Work } from '#core/records';
import { AGENTS_WAITING, usingIndex } from '#core/standing-talk';
import { failpoint } from '#world/failpoint';
import type { Rig, World } from '#world/world';
import { type Processor, sleep } from './answer.ts';
import { heads, isByName, type Line, lineOf, programOf } from './dispatch-line.ts';

/** Grants slots to what waits, in order, as long as town, rig and program have free ones. Nobody else writes them. */
export const dispatch: Processor<'dispatch', World> = async (turn, world) => {
  const { desk } = world;
  const { max_polecats: most } = world.settings();
  const { granted, next } = await grantAll(world);
  const [waiting, live] = [await desk.books.count('want'), await desk.books.count('runs.live')];
  if (granted > 0) desk.log.info('granted', { granted, job: turn.member });
  const lasting = await desk.books.index(AGENTS_WAITING);
  // Marked, not only woken: one that is on its way to be parked would not hear a wake.
  if (lasting.length > 0)
    await desk.change(() => ({ put: [], marks: lasting.map((id) => member('agents', jobId(id, 1))), answer: undefined }));
  return sleep(next ?? desk.clock.now() + HOLD_MS, `${live} of ${most} slots taken, ${waiting} waiting`);
};

/**
 * Looks at the heads of the line again and again, until nobody there may have a slot. A pass costs what it grants, and a look at each kind of wish.
 * @returns how many were granted, and when a rig that must not begin one yet may (ms)
 */
async function grantAll(world: World): Promise<{ granted: number; next: number | undefined }> {
  const { desk } = world;
  const pass: Pass = { onDisk: new Map(), line: await lineOf(desk.books) };
  const known = new Set(world.rigs());
  const rigs = new Set([...known, ...pass.line.kinds.map(({ rig }) => rig)]);
  const live = new Map<string, number>();
  for (const rig of rigs) live.set(rig, await desk.books.count(`runs.live:${rig}`));
  const closed = new Set([...rigs].filter((rig) => !known.has(rig) || !takesWork(rig, world)));
  const paced = await pacedAmong(
    pass.line.kinds.map(({ rig }) => rig).filter((rig) => !closed.has(rig)),
    world,
  );
  for (const [rig, next] of paced) if (next !== undefined) closed.add(rig);
  const before = new Map(live);
  const maxRig = (rig: string) => {
    const most = world.rig(rig).settings.max_polecats;
    return paced.has(rig) ? Math.min(most, (before.get(rig) ?? 0) + 1) : most;
  };
  const maxTown = world.settings().max_polecats;
  // Where programs follow from names, the next one's is known only when this one has its name.
  const oneByOne = pass.line.kinds.some((kind) => !closed.has(kind.rig) && isByName(kind, world.rig(kind.rig)));
  let granted = 0;
  for (;;) {
    const free = maxTown - [...live.values()].reduce((sum, count) => sum + count, 0);
    if (free <= 0) break;
    const most = oneByOne ? 1 : free;
    const waiting = await heads(pass.line, { live, maxRig, closed }, most, (rig) => nameFor(rig, pass, world), world);
    const chosen = new Set(grants({ waiting, live, maxTown, maxRig, closed, room: pass.line.room }).slice(0, most));
    if (chosen.size === 0) break;
    for (const { id, rig, program } of waiting) {
      if (!chosen.has(id)) continue;
      if (!(await grant(id, pass, world))) {
        pass.line.passed.add(id);
        continue;
      }
      live.set(rig, (live.get(rig) ?? 0) + 1);
      const room = program === undefined ? undefined : pass.line.room.get(program);
      if (program !== undefined && room !== undefined) pass.line.room.set(program, room - 1);
      granted++;
    }
  }
  for (const rig of paced.keys())
    if (live.get(rig) !== before.get(rig)) paced.set(rig, desk.clock.now() + world.rig(rig).settings.worker_spawn_delay);
  const nexts = [...paced.values()].filter((next) => next !== undefined);
  return { granted, next: nexts.length === 0 ? undefined : Math.min(...nexts) };
}

/** Those of the rigs that begin one run at a time, with a pause after each; by when the pause is over (ms), if it is not. */
async function pacedAmong(rigs: readonly string[], { desk, rig }: World): Promise<Map<string, number | undefined>> {
  const delays = new Map(rigs.map((name) => [name, rig(name).settings.worker_spawn_delay] as const).filter(([, ms]) => ms > 0));
  if (delays.size === 0) return new Map();
  const { begunAt = {} } = (await desk.books.read('dispatch', THE_TOWN)) ?? {};
  const now = desk.clock.now();
  return new Map([...delays].map(([name, delay]) => [name, nextBegin(begunAt[name], delay, now)]));
}

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

/** What one activation has found out: a line of any length may wait for a program whose limit is reached, and asks git once a rig. */
type Pass = { readonly onDisk: Map<string, Promise<string[]>>; readonly line: Line };

/** What a polecat is called that a rig makes now. */
async function nameFor(rig: Rig, pass: Pass, world: World): Promise<string> {
  const inUse = new Set([...(await world.desk.books.index('names')), ...(await namesOnDisk(rig.name, pass, world))]);
  const { style, names } = rig.settings.namepool;
  return nextName(inUse, { style, names });
}

async function grant(id: string, pass: Pass, world: World): Promise<boolean> {
  const { desk } = world;
  const known = await desk.books.read('work', id);
  const fresh = known && !known.hold ? await nameFor(world.rig(known.rig), pass, world) : undefined;
  const answer = await desk.change(async (reading) => {
    const work: Work | undefined = await reading.get('work', id);
    await reading.get('run', `${id}.r${(work?.runs ?? 0) + 1}`);
    const name = work?.hold?.name ?? fresh;
    if (!work?.want || work.run || work.needsYou || name === undefined) return { put: [], answer: false };
    const rig = world.rig(work.rig);
    const { agent, manual } = programOf(work, name, rig);
    const limit = manual ? undefined : world.settings().max_sessions_per_agent[agent];
    const isPaced = rig.settings.worker_spawn_delay > 0;
    const slots =
      limit === undefined && !isPaced
        ? undefined
        : ((await reading.get('dispatch', THE_TOWN)) ?? { id: THE_TOWN, generation: 1 });
    if (limit !== undefined && (await desk.books.count(usingIndex(agent))) >= limit) {
      pass.line.room.set(agent, 0);
      return { put: [], answer: false };
    }
    const now = desk.clock.now();
    const change = grantRun(work, { name, dir: rig.layout.polecat(name), agent, manual }, now);
    const begun = isPaced ? begunAt(slots, rig.name, now, world.rigs()) : {};
    return { ...change, put: [...change.put, ...(slots ? [counted({ ...slots, ...begun })] : [])], answer: true };
  });
  failpoint('grant');
  return answer === true;
}

/** Whoever takes a place of a program that has a limit writes this record, so that nobody else takes the same one. */
const counted = (slots: Records['dispatch']): Put => ({ noun: 'dispatch', doc: { ...slots, granted: (slots.granted ?? 0) + 1 } });

/** When each rig that is still there last began a run. */
const begunAt = (slots: Records['dispatch'] | undefined, rig: string, now: number, rigs: readonly string[]) => ({
  begunAt: { ...Object.fromEntries(Object.entries(slots?.begunAt ?? {}).filter(([name]) => rigs.includes(name))), [rig]: now },
});

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
