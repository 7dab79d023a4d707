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
