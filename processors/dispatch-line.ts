import { agentLayers, resolveAgent } from '#core/agents';
import type { Slots } from '#core/dispatch';
import type { Work } from '#core/records';
import { usingIndex } from '#core/standing-talk';
import { afterKind, kindIn, WANT_KINDS, type WantKind, wantIndex, wantPlace } from '#core/standing-work';
import type { Books } from '#world/store/books';
import type { Rig, World } from '#world/world';

/** Items of one kind that are looked at at once, where their program follows from the name of each. */
const PAGE = 200;

/** Whose turn it is, of all that want a slot. The line is read by kinds: of those that can get nothing now no item is read, however many wait. */
export type Line = {
  readonly kinds: readonly WantKind[];
  /** Items that were tried in this pass and got nothing. */
  readonly passed: Set<string>;
  /** How many more of each program may run; none for those without a limit. */
  readonly room: Map<string, number>;
};

/** The kinds of what waits. */
export async function lineOf(books: Books): Promise<Line> {
  const kinds: WantKind[] = [];
  for (let after = ''; ; ) {
    const [at] = await books.membersAfter(WANT_KINDS, after, 1);
    if (at === undefined) break;
    const kind = kindIn(at);
    kinds.push(kind);
    // An entry that is spelled otherwise may stand behind all that are spelled so: nothing is looked at twice.
    after = [at, afterKind(kind)].sort()[1] ?? at;
  }
  return { kinds, passed: new Set(), room: new Map() };
}

/** The program of an item, and whether gt starts it: what a person starts in a worktree is the person's to count. */
export function programOf(work: Pick<Work, 'agent' | 'molAgent' | 'manual'>, name: string | undefined, rig: Rig) {
  const { settings } = rig;
  const asked = work.agent ?? work.molAgent;
  const { agent } = resolveAgent(agentLayers({ work: asked, worker: name, role: 'polecat', settings }));
  return { agent, manual: work.manual === true || settings.spawn === 'manual' };
}

/** How many more runs of a program there may be; undefined where that is not limited. */
async function roomOf(agent: string, { room }: Line, { desk, settings }: World): Promise<number | undefined> {
  const limit = settings().max_sessions_per_agent[agent];
  if (limit === undefined) return undefined;
  const known = room.get(agent) ?? Math.max(0, limit - (await desk.books.count(usingIndex(agent))));
  room.set(agent, known);
  return known;
}

/**
 * The heads of the line, in order: of each kind as many as could get a slot now.
 * @param free slots of the town @param name what a polecat of a rig would be called that is made now
 */
export async function heads(
  line: Line,
  { live, maxRig, closed }: Pick<Slots, 'live' | 'maxRig' | 'closed'>,
  free: number,
  name: (rig: Rig) => Promise<string>,
  world: World,
): Promise<Slots['waiting']> {
  const found: Array<{ id: string; rig: string; program: string | undefined; place: number }> = [];
  for (const kind of line.kinds) {
    if (closed.has(kind.rig)) continue;
    const rig = world.rig(kind.rig);
    const most = Math.min(free, maxRig(kind.rig) - (live.get(kind.rig) ?? 0));
    if (most <= 0) continue;
    const called = isByName(kind, rig) ? await name(rig) : undefined;
    for (const doc of await headsOf(kind, most, rig, called, line, world)) {
      const { agent, manual } = programOf(doc, doc.hold?.name ?? called, rig);
      found.push({ id: doc.id, rig: doc.rig, program: manual ? undefined : agent, place: wantPlace(doc) });
    }
  }
  return found.sort((a, b) => a.place - b.place || (a.id < b.id ? -1 : 1));
}

/** Whether a program follows from the name of who works: only then are items of a kind looked at one by one. */
export const isByName = ({ asked }: WantKind, { settings }: Rig): boolean =>
  asked === '' && Object.keys(settings.worker_agents ?? {}).length > 0;

/** The first of a kind that could have a slot, as far as their programs go; at most `most`. @param called absent: the kind has one program */
async function headsOf(
  kind: WantKind,
  most: number,
  rig: Rig,
  called: string | undefined,
  line: Line,
  world: World,
): Promise<Work[]> {
  const { books } = world.desk;
  const mayHave = async (like: Parameters<typeof programOf>[0], name: string | undefined): Promise<boolean> => {
    const { agent, manual } = programOf(like, name, rig);
    return manual || (await roomOf(agent, line, world)) !== 0;
  };
  const read = async (from: number, count: number) => {
    const ids = await books.index(wantIndex(kind), from, from + count - 1);
    const docs = await books.readMany('work', ids);
    return { docs: docs.filter(({ id }) => !line.passed.has(id)), isLast: ids.length < count };
  };
  if (called === undefined) {
    const like = { manual: kind.manual, ...(kind.asked === '' ? {} : { agent: kind.asked }) };
    return (await mayHave(like, undefined)) ? (await read(0, most + line.passed.size)).docs.slice(0, most) : [];
  }
  const found: Work[] = [];
  for (let from = 0; found.length < most; from += PAGE) {
    const { docs, isLast } = await read(from, PAGE);
    for (const doc of docs) if (await mayHave(doc, doc.hold?.name ?? called)) found.push(doc);
    if (isLast) break;
  }
  return found.slice(0, most);
}
