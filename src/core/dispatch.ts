import type { Change } from './change.ts';
import { runId } from './ids.ts';
import type { Run, Work } from './records.ts';

/**
 * Who gets the next slots. A slot is a live run; it belongs to the run until the commit that ends it. One job asks this, so nobody else has to
 * count: what waits in order (priority, rework before new work, age), how many live where, and how many may. A run that a person works on has a slot as well:
 * it bounds the worktrees that are made and the work that is begun, and what is left over waits in line, in order, until something is handed in or let go.
 */
export type Slots = {
  /** `program`: whose limit counts, where one does. */
  readonly waiting: ReadonlyArray<{ readonly id: string; readonly rig: string; readonly program?: string | undefined }>;
  readonly live: ReadonlyMap<string, number>;
  readonly maxTown: number;
  readonly maxRig: (rig: string) => number;
  /** Rigs that get nothing now. */
  readonly closed: ReadonlySet<string>;
  /** How many more of each program may run, where that is limited. */
  readonly room?: ReadonlyMap<string, number>;
};

/** The ids that get a slot now, in order. A full rig does not hold up the others, nor does a program of which no more may run. */
export function grants({ waiting, live, maxTown, maxRig, closed, room = new Map() }: Slots): string[] {
  const perRig = new Map(live);
  const left = new Map(room);
  let free = maxTown - [...live.values()].reduce((sum, count) => sum + count, 0);
  const chosen: string[] = [];
  for (const { id, rig, program } of waiting) {
    if (free <= 0) break;
    const here = perRig.get(rig) ?? 0;
    const more = program === undefined ? undefined : left.get(program);
    if (closed.has(rig) || here >= maxRig(rig) || (more !== undefined && more <= 0)) continue;
    perRig.set(rig, here + 1);
    if (program !== undefined && more !== undefined) left.set(program, more - 1);
    free--;
    chosen.push(id);
  }
  return chosen;
}

/**
 * When a rig may begin its next run; undefined: now. @param last when it began one @param delay its `worker_spawn_delay`, in ms: the least time between two. By a
 * clock that was set back since, nobody is held up.
 */
export function nextBegin(last: number | undefined, delay: number, now: number): number | undefined {
  return last !== undefined && last <= now && now < last + delay ? last + delay : undefined;
}

/** How a rig puts pauses between its runs: the least time between two, in ms, and when it may begin the next; undefined: now. */
export type Pace = { readonly delay: number; readonly next: number | undefined };

/**
 * When each that waits could begin, if nothing else comes: `now`, or later where its rig makes pauses. What gets no slot before others end is left out.
 * @param paces of the rigs that make pauses
 */
export function begins(slots: Slots, paces: ReadonlyMap<string, Pace>, now: number): Map<string, number> {
  const { waiting, maxRig } = slots;
  const live = new Map(slots.live);
  const room = new Map(slots.room);
  const paused = [...paces].filter(([, { next }]) => next !== undefined).map(([rig]) => rig);
  const one = (rig: string) => (paces.has(rig) ? Math.min(maxRig(rig), (slots.live.get(rig) ?? 0) + 1) : maxRig(rig));
  const first = new Set(grants({ ...slots, maxRig: one, closed: new Set([...slots.closed, ...paused]) }));
  const times = new Map([...first].map((id) => [id, now]));
  const nexts = new Map([...paces].map(([rig, { delay, next }]) => [rig, next ?? now + delay]));
  for (const { id, rig, program } of waiting) {
    if (!first.has(id)) continue;
    live.set(rig, (live.get(rig) ?? 0) + 1);
    const left = program === undefined ? undefined : room.get(program);
    if (program !== undefined && left !== undefined) room.set(program, left - 1);
  }
  const rest = waiting.filter(({ id }) => !first.has(id));
  const later = new Set(grants({ ...slots, waiting: rest, live, room }));
  for (const { id, rig } of rest) {
    if (!later.has(id)) continue;
    const at = nexts.get(rig) ?? now;
    times.set(id, at);
    nexts.set(rig, at + (paces.get(rig)?.delay ?? 0));
  }
  return times;
}

/** The commit of a grant: the run's record, and the item that has it. The name stays with the item until it has landed. */
export function grantRun(
  work: Work,
  input: { name: string; dir: string; agent: string; manual?: boolean },
  now: number,
): Change<Run> {
  const { want: _, ...rest } = work;
  const id = runId(work.id, work.runs + 1);
  const hold = work.hold ?? { name: input.name, dir: input.dir };
  const run: Run = {
    id,
    work: work.id,
    generation: work.generation,
    rig: work.rig,
    name: hold.name,
    agent: input.agent,
    ...(input.manual ? { manual: true } : {}),
    attempt: work.failures + 1,
    state: 'granted',
    grantedAt: now,
    dir: hold.dir,
    ...(hold.branch ? { branch: hold.branch } : {}),
    ...(work.rework ? { rework: work.rework } : {}),
    ...(work.molecule ? { molecule: work.molecule } : {}),
    sessions: 0,
    deaths: 0,
    snapshots: 0,
  };
  return {
    put: [
      { noun: 'run', doc: run },
      { noun: 'work', doc: { ...rest, run: id, runs: work.runs + 1, hold, updatedAt: now } },
    ],
    events: [{ type: 'run.granted', subject: id, rig: work.rig, data: { work: work.id, name: hold.name, attempt: run.attempt } }],
    answer: run,
  };
}
