import { isRefusal, type Refusal } from '#core/refusals';
import { townLayout } from '#world/config/layout';
import { openRuntime, type Sockets } from '#world/config/runtime';
import { type LineAnswer, type LineServer, serveLines } from '#world/processes/line-socket';
import { claimPidFile, dropPidFile } from '#world/processes/pid-file';
import { type Being, myself } from '#world/processes/process';
import { type SupervisorRecord, writeSupervisorRecord } from '#world/processes/supervisor-record';
import { Child, type ChildPlan, TIMINGS, type Timings } from './child.ts';
import { type StopHost, type StopReport, stopTown } from './stop-town.ts';

export type SupervisorPlan = {
  /** The town's directory, without links. */
  readonly root: string;
  readonly townId: string;
  /** The town's processes, in the order in which they start: each is ready before the next one's turn. */
  readonly children: (sockets: Sockets) => readonly ChildPlan[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timings?: Partial<Timings>;
  /** ms since 1970. */
  readonly now: () => number;
  readonly say: (line: string) => void;
  readonly build: string;
  readonly beforeDown?: () => Promise<void>;
  readonly stopHost?: StopHost;
};

/** Why a supervisor ended: the town is down, or another one keeps it already, or it could not begin. */
export type SupervisorEnd =
  | { readonly kind: 'down'; readonly report: StopReport }
  | { readonly kind: 'other'; readonly holder: Being }
  | Refusal;

const DEFAULT_GRACE_MS = 10_000;

/**
 * Keeps a town's processes running until it is told to take the town down (over its control socket, or by TERM). One town has one supervisor: a second ends
 * at once. What an earlier supervisor left running is taken over as it is.
 */
export async function supervise(plan: SupervisorPlan): Promise<SupervisorEnd> {
  const layout = townLayout(plan.root);
  const me = myself();
  const holder = claimPidFile(layout.pidFile('supervisor'), me);
  if (holder) return { kind: 'other', holder };
  const sockets = openRuntime(plan.root, plan.env);
  if (isRefusal(sockets)) {
    dropPidFile(layout.pidFile('supervisor'), me);
    return sockets;
  }
  const supervisor = new Supervisor(plan, me, sockets);
  const report = await supervisor.run(sockets.supervisor);
  dropPidFile(layout.pidFile('supervisor'), me);
  return { kind: 'down', report };
}

class Supervisor {
  readonly #plan: SupervisorPlan;
  readonly #me: Being;
  readonly #startedAt: number;
  readonly #children: readonly Child[];
  #down: Promise<StopReport> | undefined;
  #begin: (graceMs: number) => void = () => {};
  readonly #asked: Promise<number> = new Promise((resolve) => {
    this.#begin = resolve;
  });

  constructor(plan: SupervisorPlan, me: Being, sockets: Sockets) {
    this.#plan = plan;
    this.#me = me;
    this.#startedAt = plan.now();
    const timings = { ...TIMINGS, ...plan.timings };
    const world = { timings, now: plan.now, say: plan.say, changed: () => this.#write() };
    this.#children = plan.children(sockets).map((child) => new Child(child, world));
  }

  async run(controlSocket: string): Promise<StopReport> {
    this.#write();
    const control: LineServer = await serveLines(controlSocket, (request) => this.#answer(request));
    const onSignal = () => void this.#takeDown(DEFAULT_GRACE_MS);
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, onSignal);
    process.on('SIGHUP', () => {});
    void this.#startInTurn();
    await this.#asked;
    const report = await (this.#down as Promise<StopReport>);
    await control.close();
    return report;
  }

  async #startInTurn(): Promise<void> {
    for (const child of this.#children) {
      if (this.#down) return;
      child.keep();
      await child.ready;
    }
  }

  #record(): SupervisorRecord {
    const children = Object.fromEntries(this.#children.map((child) => [child.plan.name, child.record]));
    const { build } = this.#plan;
    return { ...this.#me, build, startedAt: this.#startedAt, ...(this.#down ? { stopping: true } : {}), children };
  }

  #write(): void {
    try {
      writeSupervisorRecord(this.#plan.root, this.#record());
    } catch (fault) {
      // A full disk must not end the one process that keeps the others alive; who asks over the socket still hears the truth.
      this.#plan.say(`the record could not be written: ${(fault as Error).message}`);
    }
  }

  async #answer(request: unknown): Promise<LineAnswer> {
    const { do: what, graceMs } = (request ?? {}) as { do?: unknown; graceMs?: unknown };
    if (what === 'status') return { ok: true, ...this.#record() };
    if (what === 'down')
      return { ok: true, ...(await this.#takeDown(typeof graceMs === 'number' && graceMs >= 0 ? graceMs : DEFAULT_GRACE_MS)) };
    if (what === 'retry') {
      for (const child of this.#children) child.retry();
      return { ok: true };
    }
    return { ok: false, fault: `a supervisor knows status, retry and down, not ${JSON.stringify(what)}` };
  }

  #takeDown(graceMs: number): Promise<StopReport> {
    this.#down ??= this.#stop(graceMs);
    this.#begin(graceMs);
    return this.#down;
  }

  async #stop(graceMs: number): Promise<StopReport> {
    this.#plan.say(`going down, agents have ${graceMs} ms`);
    await Promise.resolve();
    this.#write();
    await Promise.all(this.#children.map((child) => child.release()));
    const { root, townId, say, beforeDown, stopHost } = this.#plan;
    return await stopTown({
      root,
      townId,
      graceMs,
      say,
      ...(beforeDown ? { beforeDown } : {}),
      ...(stopHost ? { stopHost } : {}),
    });
  }
}
