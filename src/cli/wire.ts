import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { THE_WORKER } from '#core/derive';
import type { Member } from '#core/ids';
import { AGENT_WAIT_MS, HOOK_WAIT_MS, PERSON_WAIT_MS } from '#core/limits';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { findTown } from '#world/config/find';
import { readObject } from '#world/config/json-file';
import { type TownLayout, townLayout } from '#world/config/layout';
import { socketPath } from '#world/config/runtime';
import { readTown } from '#world/config/town';
import { type Desk, makeDesk } from '#world/desk';
import { failpoint } from '#world/failpoint';
import type { Log } from '#world/log';
import { liveIn } from '#world/processes/pid-file';
import { Books, type Validate } from '#world/store/books';
import { keysOf } from '#world/store/keys';
import { type Link, openLink, RedisGone, runOf, type Where } from '#world/store/link';
import type { Call, Io } from './command.ts';
import { deskFor } from './wire-clean.ts';

/**
 * Where the command line gets the real things from. Nothing here loads a package until it is needed: a hook command reads the books through a lean link,
 * and BullMQ is loaded only by who has to add a job.
 */
type From = Pick<Call, 'global' | 'io'>;

/** The town that a call is about. */
export type Town = { readonly root: string; readonly id: string; readonly name: string; readonly layout: TownLayout };

/** A town with its books open. */
export type OpenTown = Town & { readonly desk: Desk; readonly link: Link; readonly failpoint: typeof failpoint };

/** The town's secret-free facts, from --town, the environment, or the directory. */
export function townOf({ global, io }: From): Town | Refusal {
  const found = findTown({ flag: global.town, env: io.env, cwd: io.cwd, home: io.env['HOME'] ?? homedir() });
  if (isRefusal(found)) return found;
  const file = readTown(found.root);
  if (isRefusal(file)) return file;
  return { root: found.root, id: file.id, name: file.name, layout: townLayout(found.root) };
}

/**
 * How a command waits for Redis: a person is told soon, an agent's word must outlive a restart, a hook holds nobody up, and wakes jobs only when it has said
 * what it has to say. `lean` reads records without the schemas.
 */
export type Patience = { readonly wait: 'person' | 'agent' | 'hook'; readonly lean?: boolean };

/**
 * Opens the books, lets `use` work with them, closes all. An agent's call that was cut in the middle is made again, for as long as an agent waits: so `use`
 * must be such that a repetition does no harm.
 */
export async function withDesk<T>(
  from: From,
  { wait, lean = false }: Patience,
  use: (town: OpenTown) => Promise<T | Refusal> | T | Refusal,
): Promise<T | Refusal> {
  const town = townOf(from);
  if (isRefusal(town)) return town;
  const where = redisOf(town);
  if (isRefusal(where)) return where;
  const deadline = from.io.now() + AGENT_WAIT_MS;
  for (;;) {
    const link = await linkTo(town, where, wait);
    if (isRefusal(link)) return link;
    const closing: Array<() => Promise<void>> = [];
    const log = logOf(from.io);
    try {
      if (wait === 'agent') await agreement(link, town, from.io, deadline);
      const validate = lean ? passed : (await import('#world/store/validate')).validate;
      const parts = { link, where, town, validate, log, io: from.io, closing };
      const ask = asking(parts);
      const owed = new Set<Member>();
      const owe: Wakes = async (members) => {
        for (const one of members) owed.add(one);
      };
      const answer = await use({
        ...town,
        desk: deskFor(deskOver(parts, wait === 'hook' ? owe : ask), from.io.env),
        link,
        failpoint,
      });
      await ask([...owed]);
      return answer;
    } catch (fault) {
      const lost = fault instanceof RedisGone && (fault.reason === 'cut' || fault.reason === 'restarted');
      if (wait !== 'agent' || !lost || from.io.now() >= deadline) throw fault;
    } finally {
      for (const close of closing) await close().catch((fault: unknown) => log.fault('close', fault));
      link.close();
    }
  }
}

/**
 * A Redis that was restarted may have forgotten the session that calls: an agent is heard when the worker has made books and world agree. Without a worker
 * that is waited for until the deadline.
 */
async function agreement(link: Link, town: Town, io: Io, deadline: number): Promise<void> {
  const record = keysOf(town.id).record('worker', THE_WORKER);
  for (;;) {
    const [info, doc] = await link.pipeline([
      ['INFO', 'server'],
      ['HGET', record, 'doc'],
    ]);
    const known = typeof doc === 'string' ? (JSON.parse(doc) as { redisRun?: string }).redisRun : undefined;
    if (known === undefined || known === runOf(info) || io.now() >= deadline) return;
    await new Promise((resolve) => setTimeout(resolve, AGREEMENT_LOOK_MS));
  }
}

const AGREEMENT_LOOK_MS = 100;

const passed: Validate = (_noun, doc) => doc as never;

type Parts = {
  readonly link: Link;
  readonly where: Where;
  readonly town: Town;
  readonly validate: Validate;
  readonly log: Log;
  readonly io: Io;
  readonly closing: Array<() => Promise<void>>;
};

/** Wakes jobs, or has them woken. */
type Wakes = (members: readonly Member[]) => Promise<void>;

/** Wakes at once. What was written stands: a wake that failed is the worker's relay's to make. */
function asking({ link, where, town, validate, log, io, closing }: Parts): Wakes {
  const keys = keysOf(town.id);
  const adding = async () => {
    const { connectQueues } = await import('#world/queue/connect');
    const { adding: made, close } = connectQueues(where, keys, (what, fault) => log.fault(what, fault));
    closing.push(close);
    return made;
  };
  return async (members) => {
    if (members.length === 0) return;
    try {
      // Most calls of a hook mark nothing: the queues' files are read by who has somebody to wake.
      const { makeAsk } = await import('#world/queue/ask');
      await makeAsk(link, new Books(link, keys, { now: io.now }, validate), adding)(members);
    } catch (fault) {
      log.fault('wake', fault);
    }
  };
}

function deskOver({ link, town, validate, log, io }: Parts, wakes: Wakes): Desk {
  const clock = { now: io.now };
  return makeDesk({
    books: new Books(link, keysOf(town.id), clock, validate),
    clock,
    log,
    random: (count) => randomBytes(count),
    writer: { actor: io.env['BD_ACTOR'] || 'overseer', epoch: 0 },
    ask: async (members) => {
      await wakes(members);
      return { ended: [] };
    },
  });
}

/**
 * Where the town's Redis is. Only this one setting is read, so that a hook needs no schema library. While the town's own runs, a file that somebody just
 * broke keeps no agent from handing in.
 */
export function redisOf(town: Town): Where | Refusal {
  const read = readObject(town.layout.settingsFile);
  const ownRuns = isRefusal(read) && liveIn(town.layout.pidFile('redis')) !== undefined;
  const settings = ownRuns ? undefined : read;
  if (isRefusal(settings)) return settings;
  const url = (settings?.['redis'] as { url?: unknown } | undefined)?.url;
  if (typeof url !== 'string') {
    const path = socketPath(town.root, 'redis');
    return isRefusal(path) ? path : { path };
  }
  return /^(unix:|\/)/.test(url) ? { path: url.replace(/^unix:(\/\/)?/, '') } : { url };
}

/** Whether somebody keeps the town running. */
export const isUp = (town: Town): boolean => liveIn(town.layout.pidFile('supervisor')) !== undefined;

async function linkTo(town: Town, where: Where, wait: Patience['wait']): Promise<Link | Refusal> {
  const up = isUp(town);
  const own = 'path' in where && where.path === socketPath(town.root, 'redis');
  const patience = { agent: AGENT_WAIT_MS, person: up || !own ? PERSON_WAIT_MS : 0, hook: up || !own ? HOOK_WAIT_MS : 0 };
  const waitMs = patience[wait];
  try {
    return await openLink(where, { waitMs, oneRun: wait === 'agent' });
  } catch (fault) {
    if (fault instanceof RedisGone) return own && !up ? refuse('TOWN_DOWN') : refuse('REDIS_DOWN', { where: fault.where });
    if (fault instanceof Error && fault.name === 'RedisReplyError')
      return refuse('REDIS_DOWN', { where: `${'path' in where ? where.path : new URL(where.url).host} (${fault.message})` });
    throw fault;
  }
}

/** Faults that a command outlives are of interest to who looks for one. */
function logOf(io: Io): Log {
  const fault = (what: string, why: unknown) => {
    if (io.env['GT_DEBUG']) io.err(`gt: ${what}: ${why instanceof Error ? (why.stack ?? why.message) : String(why)}\n`);
  };
  return { info: () => undefined, warn: () => undefined, fault };
}
