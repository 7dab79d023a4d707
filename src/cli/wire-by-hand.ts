import { beginWords } from '#core/by-hand';
import { runId } from '#core/ids';
import type { Work } from '#core/records';
import { isRefusal } from '#core/refusals';
import type { Rig } from '#world/world';
import type { Io } from './command.ts';
import type { OpenTown } from './wire.ts';
import { untilEvent } from './wire-events.ts';
import { factsOf } from './wire-facts.ts';
import { openRig } from './wire-rigs.ts';

/** How long `sling` waits for a worktree that a person is to work in, ms: large repositories take their time. */
const WAIT_MS = 30_000;

/** Where a person begins, and what is typed there; or why there is no such place yet. */
export type Place = { readonly dir: string; readonly start: string } | { readonly waits: string };

/** Where those of these items are that a person is to do: waited for until they can be begun, as long as slots are free for them. @param manual all of them are */
export async function placesForHands(
  town: OpenTown,
  ids: readonly string[],
  manual: boolean,
  { interrupted }: Pick<Io, 'interrupted'>,
): Promise<Record<string, Place>> {
  const places: Record<string, Place> = {};
  const signal = AbortSignal.any([AbortSignal.timeout(WAIT_MS), interrupted]);
  for (const work of await town.desk.books.readMany('work', ids)) {
    const rig = await openRig(town, work.rig);
    if (isRefusal(rig) || !(manual || rig.settings.spawn === 'manual')) continue;
    const look = () => placeOf(town, work.id, rig);
    const run = work.run ?? runId(work.id, work.runs + 1);
    places[work.id] = (await untilEvent(town, run, look, signal)) ?? { waits: `it is being made: gt why ${work.id}` };
  }
  return places;
}

async function placeOf(town: OpenTown, id: string, rig: Rig): Promise<Place | undefined> {
  const { books } = town.desk;
  const work = await books.read('work', id);
  const run = work?.run ? await books.read('run', work.run) : undefined;
  if (run?.session?.words !== undefined && !run.session.exit) return { dir: run.dir, start: run.session.words };
  return work?.run || !(await isFull(town, rig)) ? undefined : { waits: whyLine(work, await books.rank('want', id)) };
}

async function isFull(town: OpenTown, { name, settings }: Rig): Promise<boolean> {
  const { books } = town.desk;
  const facts = await factsOf(town);
  const [here, all] = [await books.count(`runs.live:${name}`), await books.count('runs.live')];
  return here >= settings.max_polecats || (!isRefusal(facts) && all >= facts.maxPolecats);
}

const whyLine = (work: Work | undefined, rank: number | undefined): string =>
  `${rank === undefined ? 'it waits for a slot' : `it is ${rank + 1}. in line for a slot`}${work ? `: gt why ${work.id}` : ''}`;

/** The words for a place, as they are typed. */
export const placeText = (place: Place): string => ('waits' in place ? place.waits : beginWords(place.dir, place.start));
