import { afterAll, beforeAll } from 'vitest';
import { grantRun } from '#core/dispatch';
import type { Run } from '#core/records';
import { isRefusal } from '#core/refusals';
import { type Desk, makeDesk } from '#world/desk';
import { silent } from '#world/log';
import { Books } from '#world/store/books';
import { keysOf } from '#world/store/keys';
import { type Link, openLink } from '#world/store/link';
import { validate } from '#world/store/validate';
import { freshOnRedis, redisOfFile } from './fresh.ts';

/** A desk over a private Redis: no job is added or woken, `woken` says which would be. `calls` counts what is sent to Redis. */
export type TestDesk = Desk & {
  readonly woken: string[];
  readonly calls: () => { trips: number; commands: number };
  readonly close: () => void;
  /** Grants an item a slot and starts its session, as dispatch and the run's processor do. */
  readonly grant: (work: string, session?: { token: string; n?: number }) => Promise<Run>;
};

let deskOfThisFile = 0;

export async function testDesk(path: string): Promise<TestDesk> {
  const link = await openLink({ path }, { waitMs: 10_000 });
  const count = { trips: 0, commands: 0 };
  const counted: Link = {
    call: (...args) => {
      count.trips++;
      count.commands++;
      return link.call(...args);
    },
    pipeline: (commands) => {
      count.trips++;
      count.commands += commands.length;
      return link.pipeline(commands);
    },
    close: () => link.close(),
  };
  let at = 1_000_000;
  let seed = 0;
  const clock = { now: () => ++at };
  const woken: string[] = [];
  const books = new Books(counted, keysOf(`tdesk${deskOfThisFile++}`), clock, validate);
  const random = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => Math.floor(seed++ / (i + 1)) % 36);
  const ask = async (members: readonly string[]) => {
    woken.push(...members);
    return { ended: [] };
  };
  const desk = makeDesk({ books, clock, log: silent, random, writer: { actor: 'overseer', epoch: 0 }, ask });
  const grant = async (id: string, session?: { token: string; n?: number }): Promise<Run> => {
    const granted = await desk.change(async (reading) => {
      const work = await reading.get('work', id);
      if (!work) throw new Error(`no ${id}`);
      await reading.get('run', `${id}.r${work.runs + 1}`);
      const change = grantRun(work, { name: 'toast', dir: `/worktrees/${id}`, agent: 'shell' }, clock.now());
      if (!session) return change;
      const n = session.n ?? 1;
      const run: Run = {
        ...change.answer,
        state: 'live',
        branch: `polecat/toast/${id}`,
        sessions: n,
        session: { id: `${change.answer.id}.s${n}`, token: session.token, at: clock.now(), pid: 4711 },
      };
      return { ...change, put: [{ noun: 'run', doc: run }, ...change.put.slice(1)], answer: run };
    });
    if (isRefusal(granted)) throw new Error(granted.refused);
    return granted;
  };
  const calls = () => {
    const { trips, commands } = count;
    count.trips = 0;
    count.commands = 0;
    return { trips, commands };
  };
  return { ...desk, woken, calls, grant, close: () => link.close() };
}

/** For each test a desk with books of its own, on a Redis of the file. */
export const deskEachTest = (take: (one: TestDesk) => void) =>
  freshOnRedis({ open: testDesk, end: (desk) => desk.close() }, take);

/** One desk for all tests of a file, which go on from each other, on a Redis of the file. */
export function deskOfFile(take: (one: TestDesk) => void): void {
  const redis = redisOfFile();
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await testDesk(redis.path);
    take(desk);
  });
  afterAll(() => desk.close());
}
