import type { ChildProcess } from 'node:child_process';
import { afterExit, type Exits, NO_EXITS, type RestartPolicy } from '#core/restarts';
import { spawnDetached, trimLog } from '#world/processes/detached';
import { liveIn, writePidFile } from '#world/processes/pid-file';
import { type Being, bornOf, isAlive, signal } from '#world/processes/process';
import type { ChildName, ChildRecord, ChildState } from '#world/processes/supervisor-record';
import { Life } from './life.ts';

/** How often a child is looked at and how soon it is started again. All times are ms. */
export type Timings = RestartPolicy & {
  readonly probeEvery: number;
  /** A probe without an answer for so long is a miss; `misses` in a row, and the child is killed. */
  readonly probeLimit: number;
  readonly misses: number;
  /** How often a child that starts is asked whether it is ready, and how long it may be silent until then (it has for ever while it says that it is busy). */
  readonly startPoll: number;
  readonly startLimit: number;
  /** How often it is looked whether a child of an earlier supervisor still runs: its exit is not told to us. */
  readonly adoptedPoll: number;
};

export const TIMINGS: Timings = {
  base: 250,
  longest: 10_000,
  breakAfter: 5,
  window: 60_000,
  brokenWait: 30_000,
  probeEvery: 5000,
  probeLimit: 5000,
  misses: 3,
  startPoll: 25,
  startLimit: 60_000,
  adoptedPoll: 250,
};

export type ChildPlan = {
  readonly name: ChildName;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: string;
  readonly pidFile: string;
  /** Makes what it needs to be there, before each start. */
  prepare(): void;
  /** Whether it serves; rejects when it does not answer within `limitMs`. */
  probe(limitMs: number): Promise<'ready' | 'loading'>;
  /** The process that answers on its socket, found without its pid file. */
  behind(limitMs: number): Promise<Being | undefined>;
};

export type ChildWorld = { readonly timings: Timings; readonly now: () => number; changed(): void; say(line: string): void };

const BEHIND_LIMIT_MS = 1000;

/** Keeps one process of the town running: takes over the one that runs, starts one when none does, kills one that no longer answers. */
export class Child {
  readonly plan: ChildPlan;
  readonly #world: ChildWorld;
  #record: ChildRecord;
  #exits: Exits = NO_EXITS;
  #starts = 0;
  readonly #stop = new AbortController();
  #kept: Promise<void> = Promise.resolve();
  #pause = new Life();
  #whenReady: () => void = () => {};
  /** Resolves when it is ready for the first time, or when it is released. */
  readonly ready: Promise<void> = new Promise((resolve) => {
    this.#whenReady = resolve;
  });

  constructor(plan: ChildPlan, world: ChildWorld) {
    this.plan = plan;
    this.#world = world;
    this.#record = { state: 'waiting', restarts: 0, since: world.now() };
  }

  get record(): ChildRecord {
    return this.#record;
  }

  /** Starts to keep it; faults of the keeping itself (no log can be written, say) count as exits. */
  keep(): void {
    this.#kept = this.#keep();
  }

  /** Forgets a crash loop and tries again at once: somebody says that its cause is mended. */
  retry(): void {
    if (this.#record.state !== 'broken') return;
    this.#exits = NO_EXITS;
    this.#enter('restarting');
    this.#pause.end('retry');
  }

  /** Keeps it no more; the process itself is left as it is. Resolves when nothing will be started or killed any more. */
  async release(): Promise<void> {
    this.#stop.abort();
    this.#whenReady();
    await this.#kept;
    this.#enter('stopped');
  }

  #enter(state: ChildState, more: { being?: Being | undefined; why?: string } = {}): void {
    const { pid, born, ...last } = this.#record;
    const being = 'being' in more ? more.being : pid !== undefined && born !== undefined ? { pid, born } : undefined;
    const why = more.why ?? last.why;
    this.#record = {
      state,
      ...(being ?? {}),
      restarts: Math.max(0, this.#starts - 1),
      since: state === last.state ? last.since : this.#world.now(),
      ...(why === undefined ? {} : { why }),
    };
    this.#world.changed();
  }

  async #keep(): Promise<void> {
    const { name } = this.plan;
    let isSuccessor = false;
    while (!this.#stop.signal.aborted) {
      const began = performance.now();
      let why: string;
      try {
        const running = await this.#find();
        if (this.#stop.signal.aborted) return;
        const life = running ? this.#adopt(running, isSuccessor) : this.#start();
        why = await this.#follow(life);
        if (this.#stop.signal.aborted) return;
        // A host that was upgraded has handed its terminals to a successor, and names it in the pid file.
        isSuccessor = liveIn(this.plan.pidFile) !== undefined;
        if (isSuccessor) continue;
      } catch (fault) {
        isSuccessor = false;
        why = (fault as Error).message;
      }
      const now = performance.now();
      const { exits, wait, broken } = afterExit(this.#exits, now, now - began, this.#world.timings);
      this.#exits = exits;
      this.#world.say(
        `${name} ${why}; ${broken ? `broken: ${exits.times.length} exits in a short time; ` : ''}next start in ${wait} ms`,
      );
      this.#enter(broken || this.#record.state === 'broken' ? 'broken' : 'restarting', { being: undefined, why });
      this.#pause = new Life();
      if (wait > 0) await this.#pause.wait(wait, this.#stop.signal);
    }
  }

  async #find(): Promise<Being | undefined> {
    const named = liveIn(this.plan.pidFile);
    if (named) return named;
    const serving = await this.plan.behind(BEHIND_LIMIT_MS).catch(() => undefined);
    if (serving) writePidFile(this.plan.pidFile, serving);
    return serving;
  }

  #adopt(being: Being, isSuccessor: boolean): Life {
    const life = new Life(being);
    const timer = setInterval(() => {
      if (isAlive(being)) return;
      clearInterval(timer);
      life.end('ended');
    }, this.#world.timings.adoptedPoll);
    this.#stop.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    this.#world.say(`${this.plan.name} ${isSuccessor ? 'was succeeded by' : 'runs already,'} pid ${being.pid}`);
    if (!isSuccessor) this.#starts++;
    this.#enter(this.#record.state === 'broken' ? 'broken' : 'starting', { being });
    return life;
  }

  #start(): Life {
    this.plan.prepare();
    const child: ChildProcess = spawnDetached(this.plan);
    const born = child.pid === undefined ? undefined : bornOf(child.pid);
    const being = child.pid !== undefined && born !== undefined ? { pid: child.pid, born } : undefined;
    const life = new Life(being);
    child.on('error', (fault) => life.end(`could not be started: ${fault.message}`));
    child.on('exit', (code, name) => life.end(name ? `was ended by ${name}` : `exited with code ${code}`));
    this.#world.say(`${this.plan.name} started, pid ${child.pid}`);
    this.#starts++;
    this.#enter(this.#record.state === 'broken' ? 'broken' : 'starting', { being });
    return life;
  }

  /** Watches over a life until its end, and says how it ended. Returns early when the child is released. */
  async #follow(life: Life): Promise<string> {
    const { timings, say } = this.#world;
    const stop = this.#stop.signal;
    let deadline = performance.now() + timings.startLimit;
    let ready = false;
    let misses = 0;
    for (;;) {
      await life.wait(ready ? timings.probeEvery : timings.startPoll, stop);
      if (life.ending !== undefined || stop.aborted) return life.ending ?? '';
      const answer = await life.until(
        this.plan.probe(timings.probeLimit).catch(() => 'missed' as const),
        stop,
      );
      if (life.ending !== undefined || stop.aborted) return life.ending ?? '';
      if (answer !== 'missed') misses = 0;
      else if (ready) misses++;
      // It may fall silent between two parts of its work.
      if (answer === 'loading') deadline = performance.now() + timings.startLimit;
      if (answer === 'ready' && !ready) {
        ready = true;
        this.#enter('running', { being: life.being });
        this.#whenReady();
        say(`${this.plan.name} is ready`);
      }
      const late = !ready && answer === 'missed' && performance.now() > deadline;
      if (late || misses >= timings.misses) {
        const why = late ? `was not ready, and silent for ${timings.startLimit} ms` : `gave no answer ${misses} times`;
        if (life.being) signal(life.being, 'SIGKILL');
        while (life.ending === undefined && !stop.aborted) await life.wait(timings.adoptedPoll, stop);
        return why;
      }
      trimLog(this.plan.log);
    }
  }
}
