import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Sockets } from '#world/config/runtime';
import type { ChildName, SupervisorRecord } from '#world/processes/supervisor-record';
import type { RedisFacts } from '#world/redis/inspect';

/** What `up` needs of the world, for one town. */
export type UpGround = {
  /** Reads the town's identity and settings: where its own Redis is, if it uses one. */
  settings(): { redisUrl?: string } | Refusal;
  /** Forgets what a moved town brought along, and checks the places of its sockets. */
  prepare(): Sockets | Refusal;
  redisProgram(): string | Refusal;
  inspectRedis(where: string): Promise<RedisFacts | Refusal>;
  /** What the supervisor says, or undefined when none answers. */
  status(): Promise<SupervisorRecord | undefined>;
  /** Starts a supervisor that outlives this process; `redis` is the server program, null for a Redis of the owner's. */
  launch(redis: string | null): { ended(): { code: number | null } | undefined };
  /** Tells the supervisor that the cause of a crash loop may be mended: what is broken is tried again now. */
  retry(): Promise<void>;
  /** Lets a host of another build hand its terminals over to this one; undefined when there is nothing to do. */
  renewHost(): Promise<{ pid: number; sessions: number; from: string } | undefined | Refusal>;
  /** Ends a worker of another build, which the supervisor starts again; undefined when there is nothing to do, `silent` when it did not say which it is. Agents live on. */
  renewWorker(): Promise<{ pid: number; from: string } | undefined | 'silent'>;
  supervisorLives(): boolean;
  /** Kills a supervisor, any or the one with this pid: what it keeps goes on, and the next one takes it over. */
  killSupervisor(pid?: number): void;
  /** Which gt this is. */
  readonly build: string;
  logTail(name: ChildName | 'supervisor'): { path: string; lines: readonly string[] };
  /** ms, monotonic. */
  elapsed(): number;
  pause(ms: number): Promise<void>;
};

export type Up = {
  /** False when all of it ran already. */
  readonly started: boolean;
  readonly supervisor: { readonly pid: number };
  readonly redis: { readonly pid?: number; readonly version: string; readonly embedded: boolean };
  readonly host: { readonly pid: number };
  readonly worker: { readonly pid: number };
  /** What ran in another build and was replaced: a host with so many terminals, which it handed over; a worker. */
  readonly renewed: {
    readonly host?: { readonly sessions: number; readonly from: string };
    readonly worker?: { readonly from: string };
  };
};

const LOOK_MS = 50;
const SILENT_MS = 10_000;
const LINES = 3;

/**
 * Brings the town up and waits until all of its processes are ready, at most `waitMs`. Calling it again changes nothing, unless the build is another: then
 * the host hands its terminals over and the worker is started again, which no agent notices. TOWN_BROKEN names the process that
 * does not start and the last lines of its log; UP_SLOW those that were not ready in time; a Redis that is unfit is refused before anything relies on it.
 */
export async function up(ground: UpGround, { waitMs = 120_000 }: { waitMs?: number } = {}): Promise<Up | Refusal> {
  const settings = ground.settings();
  if (isRefusal(settings)) return settings;
  const sockets = ground.prepare();
  if (isRefusal(sockets)) return sockets;
  const { redisUrl } = settings;
  let facts = redisUrl === undefined ? undefined : await ground.inspectRedis(redisUrl);
  if (isRefusal(facts)) return facts;

  const begin = ground.elapsed();
  const start = new Starter(ground, redisUrl === undefined);
  const renewal = new Renewal(ground);
  let record: SupervisorRecord | undefined = await ground.status();
  if (record) await ground.retry();
  for (; ground.elapsed() - begin < waitMs; await ground.pause(LOOK_MS)) {
    record = await ground.status();
    // What keeps the worker starts it as its own gt does, from the place where that lies.
    if (record && !record.stopping && record.build !== ground.build && !start.launched) {
      renewal.from = record.pid;
      ground.killSupervisor(record.pid);
    }
    if (!record || record.stopping || record.pid === renewal.from) {
      const refusal = record ? undefined : start.ensure();
      if (refusal) return refusal;
      continue;
    }
    const broken = Object.entries(record.children).find(([, child]) => child.state === 'broken');
    if (broken) return brokenBy(ground, broken[0] as ChildName, broken[1].why ?? 'it ends again and again');
    if (!facts && record.children.redis?.state === 'running') {
      facts = await ground.inspectRedis(sockets.redis);
      if (isRefusal(facts)) return facts;
    }
    const failed = await renewal.step(record);
    if (failed) return failed;
    const started = start.launched && renewal.from === undefined;
    const done = facts && renewal.isDone(record) ? ready(record, facts, started) : undefined;
    if (done) return { ...done, renewed: renewal.renewed };
  }
  const late = Object.entries(record?.children ?? {}).filter(([, child]) => child.state !== 'running');
  const processes = late.map(([name, child]) => `${name} (${child.state})`).join(', ') || 'supervisor';
  return refuse('UP_SLOW', { seconds: Math.round(waitMs / 1000), processes, log: ground.logTail('supervisor').path });
}

/** Replaces what runs in another build, each once: the supervisor, then the host, for the worker needs one that understands it. */
class Renewal {
  readonly #ground: UpGround;
  /** Pid of the supervisor of another build, which was killed first. */
  from: number | undefined;
  #host: Awaited<ReturnType<UpGround['renewHost']>> | 'not yet' = 'not yet';
  #worker: Awaited<ReturnType<UpGround['renewWorker']>> = 'silent';

  constructor(ground: UpGround) {
    this.#ground = ground;
  }

  get renewed(): Up['renewed'] {
    const [host, worker] = [this.#host, this.#worker];
    return {
      ...(typeof host === 'object' && !isRefusal(host) ? { host: { sessions: host.sessions, from: host.from } } : {}),
      ...(typeof worker === 'object' ? { worker: { from: worker.from } } : {}),
    };
  }

  async step({ children: { host, worker } }: SupervisorRecord): Promise<Refusal | undefined> {
    if (this.#host === 'not yet' && host?.state === 'running') this.#host = await this.#ground.renewHost();
    if (isRefusal(this.#host)) return this.#host;
    // one that is busy is asked again; one that hangs is the supervisor's business
    if (this.#worker === 'silent' && worker?.state === 'running') this.#worker = await this.#ground.renewWorker();
    return undefined;
  }

  /** Whether the supervisor has seen what became of them. */
  isDone({ children: { host, worker } }: SupervisorRecord): boolean {
    const [next, old] = [this.#host, this.#worker];
    if (next === 'not yet' || old === 'silent') return false;
    return (!next || isRefusal(next) || host?.pid === next.pid) && (!old || worker?.pid !== old.pid);
  }
}

/** Starts a supervisor, once; and anew when the one that runs turns out to be on its way out, or never answers. */
class Starter {
  launched = false;
  #process: ReturnType<UpGround['launch']> | undefined;
  #since = 0;
  readonly #ground: UpGround;
  readonly #embedded: boolean;

  constructor(ground: UpGround, embedded: boolean) {
    this.#ground = ground;
    this.#embedded = embedded;
  }

  ensure(): Refusal | undefined {
    const ended = this.#process?.ended();
    if (ended && ended.code !== 0) return brokenBy(this.#ground, 'supervisor', `it exited with code ${ended.code}`);
    if (this.#process) {
      // One that ended well found that another has the town, which will answer soon; or that one was just leaving, then it is our turn.
      const another = ended ? this.#ground.supervisorLives() : true;
      const silent = this.#ground.elapsed() - this.#since > SILENT_MS;
      if (another && !silent) return undefined;
      if (another) this.#ground.killSupervisor();
    }
    const redis = this.#embedded ? this.#ground.redisProgram() : null;
    if (isRefusal(redis)) return redis;
    this.#process = this.#ground.launch(redis);
    this.#since = this.#ground.elapsed();
    this.launched = true;
    return undefined;
  }
}

function brokenBy(ground: UpGround, name: ChildName | 'supervisor', why: string): Refusal {
  const { path, lines } = ground.logTail(name);
  const said = lines.slice(-LINES).join(' | ');
  return refuse('TOWN_BROKEN', { process: name, why: said === '' ? why : `${why}: ${said}`, log: path });
}

function ready({ pid, children }: SupervisorRecord, facts: RedisFacts, started: boolean): Omit<Up, 'renewed'> | undefined {
  const { redis, host, worker } = children;
  if (host?.state !== 'running' || worker?.state !== 'running' || (redis && redis.state !== 'running')) return undefined;
  if (host.pid === undefined || worker.pid === undefined) return undefined;
  return {
    started,
    supervisor: { pid },
    redis: { ...(redis?.pid === undefined ? {} : { pid: redis.pid }), version: facts.version, embedded: redis !== undefined },
    host: { pid: host.pid },
    worker: { pid: worker.pid },
  };
}
