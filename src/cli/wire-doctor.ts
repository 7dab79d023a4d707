import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { DoctorGround } from '#chores/doctor';
import { type Member, parts } from '#core/ids';
import { isRefusal, Refused } from '#core/refusals';
import { isByHand } from '#world/agents/by-hand';
import { lookAtSecret, sessionToken } from '#world/agents/token';
import { rigLayout } from '#world/config/layout';
import { readRig } from '#world/config/rigs';
import { loadTownSettings } from '#world/config/settings';
import { atLeast } from '#world/processes/programs';
import { straysIn } from '#world/processes/strays';
import { inspectRedis } from '#world/redis/inspect';
import { askRedis } from '#world/redis/probe';
import { unseenSince } from '#world/store/take';
import type { Io } from './command.ts';
import { isUp, type OpenTown, redisOf, type Town } from './wire.ts';
import { forAgents } from './wire-doctor-agents.ts';
import { forContext } from './wire-doctor-context.ts';
import { factsOf, openHost } from './wire-facts.ts';
import { openGit, openRig, rigNames } from './wire-rigs.ts';

const OLDEST_GIT = '2.38';
const LOOK_MS = 2000;
const MOST = 100;
const ON_ITS_WAY_MS = 2000;

/** What the doctor looks at. @param open the town with its books, when Redis can be reached */
export async function forDoctor(town: Town, open: OpenTown | undefined, io: Io): Promise<DoctorGround> {
  const git = await openGit(io);
  const facts = await factsOf(town);
  return {
    townId: town.id,
    now: io.now,
    isUp: () => isUp(town),
    processes: () => (isRefusal(facts) ? [] : facts.processes),
    git: async () => {
      const version = await git.version().catch(() => '0');
      return { version, need: OLDEST_GIT, fit: atLeast(version, OLDEST_GIT) };
    },
    ptyFault: () =>
      import('#world/pty/binding').then(
        () => undefined,
        (fault: Error) => fault.message,
      ),
    settings: () => {
      const loaded = loadTownSettings(town.root);
      return isRefusal(loaded) ? loaded : undefined;
    },
    secret: () => {
      try {
        return lookAtSecret(town.layout.secret);
      } catch (fault) {
        if (fault instanceof Refused) return fault.refusal;
        throw fault;
      }
    },
    tokenOf: (secret, session) => sessionToken(town.id, secret, session),
    rigNames: () => {
      const registered = rigNames(town);
      if (isRefusal(registered)) return registered;
      const folders = readdirSync(town.root, { withFileTypes: true }).filter(
        (one) => one.isDirectory() && !one.name.startsWith('.'),
      );
      return { registered, directories: folders.map((one) => one.name).filter((name) => !isRefusal(readRig(town.root, name))) };
    },
    rig: (name) => openRig(town, name),
    repo: async ({ repo, target }) => {
      if (!existsSync(repo)) return undefined;
      return { mark: await git.rigOf(repo), target: (await git.resolve(repo, `refs/heads/${target}`)) !== undefined };
    },
    worktrees: (name) => {
      const folder = rigLayout(town.root, name).polecatsFolder;
      return existsSync(folder) ? readdirSync(folder).filter((one) => existsSync(rigLayout(town.root, name).polecat(one))) : [];
    },
    dirExists: existsSync,
    strays: (rigs) =>
      straysIn(
        rigs.map((name) => rigLayout(town.root, name).polecatsFolder),
        town.id,
      ).then((found) => found.filter(({ cwd }) => !isByHand(cwd))),
    agents: await forAgents(town, open, git),
    context: await forContext(town, open, git),
    redis: () => lookAtRedis(town),
    books: open && booksOf(open),
    sessions: async () => {
      const host = await openHost(town);
      if (isRefusal(host)) return host;
      return host.list().finally(() => host.close());
    },
  };
}

async function lookAtRedis(town: Town): ReturnType<DoctorGround['redis']> {
  const where = redisOf(town);
  if (isRefusal(where)) return where;
  const place = 'path' in where ? where.path : where.url;
  const facts = await inspectRedis(place, LOOK_MS);
  if (isRefusal(facts)) return facts;
  const [info] = await askRedis(place, [['INFO', 'persistence']], LOOK_MS).catch(() => ['']);
  const aof = typeof info === 'string' ? /aof_enabled:(\d)/.exec(info)?.[1] : undefined;
  return { ...facts, aof: aof === undefined ? undefined : aof === '1' };
}

function booksOf({ desk: { books }, link }: OpenTown): NonNullable<DoctorGround['books']> {
  const key = (job: Member) => {
    const { queue, jobId } = parts(job);
    return `${books.keys.queue(queue)}${jobId}`;
  };
  const look = async (jobs: readonly Member[]) =>
    (await link.pipeline(jobs.map((job) => ['EXISTS', key(job)]))).map((reply) => reply === 1);
  return {
    books,
    // A job is added just after its record was written: one that is missing now may only be on its way.
    exist: async (jobs) => {
      const there = await look(jobs);
      if (!there.includes(false)) return there;
      await pause(ON_ITS_WAY_MS);
      const later = await look(jobs);
      return there.map((found, i) => found || later[i] === true);
    },
    unseenBefore: (at) => unseenSince(link, books, at, MOST),
  };
}
