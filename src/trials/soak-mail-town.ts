import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { addressOf } from '#core/holder';
import type { Letter, Run } from '#core/records';
import { isRefusal, orThrow } from '#core/refusals';
import { createWork } from '#ops/create-work';
import { sling } from '#ops/sling';
import { systemClock } from '#world/clock';
import { socketPath } from '#world/config/runtime';
import { readSupervisorRecord } from '#world/processes/supervisor-record';
import { keysOf } from '#world/store/keys';
import { opDesk } from './soak-desk.ts';
import type { Logged } from './soak-mail-proof.ts';
import type { ScenarioInput } from './stand-in/scenario.ts';
import { TrialTown } from './trial-town.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
/** Four programs with hooks, one without. */
const LIKES = ['claude', 'pi', 'codex', 'gemini', 'copilot'];
/** Each first calls gt, as an agent that has read its assignment does; then each turn has a tool. */
const TURNS: ScenarioInput['turns'] = [
  { ms: 20, tools: [{ run: '"$GT_BIN" hook >/dev/null', ms: 20 }] },
  { ms: 60, tools: [{ ms: 30 }] },
];
const PATIENCE_MS = 180_000;

/** An agent of the soak: the item that it has, its address, and where its stand-ins note what reaches them. */
export type Soaked = { readonly line: string; readonly box: string; readonly like: string; readonly log: string };

/** A session that was killed, and when (ms since 1970). */
export type Killed = { readonly session: string; readonly at: number };

/** A real town whose agents are stand-ins, with the desk of one who writes to them. */
export class MailTown {
  readonly town = new TrialTown();
  readonly killed: Killed[] = [];
  workersKilled = 0;
  #redis: Redis | undefined;
  #desk: ReturnType<typeof opDesk> | undefined;

  /** Brings up a town with one rig and so many agents, each at its prompt. */
  async begin(count: number): Promise<Soaked[]> {
    const { town } = this;
    await town.ask(['install', town.root, '--name', 'mail']);
    const names = Array.from({ length: count }, (_, i) => `soak-${i}`);
    const settings = {
      agents: Object.fromEntries(names.map((name, i) => [name, this.#program(name, LIKES[i % LIKES.length] ?? 'claude')])),
      max_polecats: count,
      dashboard: { port: 0 },
      operational: { startup_stall: '300s', restart_backoff: { first: 0, base: 10, max: 20 } },
    };
    writeFileSync(join(town.root, 'settings/config.json'), JSON.stringify(settings));
    await town.ask(['up']);
    await town.ask(['rig', 'add', 'shop', '--path', await town.repository('shop', { 'README.md': '# shop\n' })]);
    this.#redis = new Redis({ path: orThrow(socketPath(town.root, 'redis')), maxRetriesPerRequest: null });
    this.#redis.on('error', () => undefined);
    this.#desk = opDesk(this.#redis, keysOf(town.id), randomBytes);
    const ids: string[] = [];
    for (const agent of names)
      ids.push(orThrow(await createWork(this.desk, { rig: 'shop', prefix: 'sh', title: `Work of ${agent}`, agent })).id);
    await sling(this.desk, { ids });
    return Promise.all(ids.map((id, i) => this.#ready(id, LIKES[i % LIKES.length] ?? '', this.#log(`soak-${i}`))));
  }

  get desk(): ReturnType<typeof opDesk> {
    if (!this.#desk) throw new Error('the town is not up');
    return this.#desk;
  }

  #log = (name: string): string => join(this.town.dir, 'soak', `${name}.notes`);

  #program(name: string, like: string): object {
    const dir = join(this.town.dir, 'soak');
    mkdirSync(dir, { recursive: true });
    const scenario: ScenarioInput = { log: this.#log(name), turns: TURNS, start: { dialogs: [] }, frame: { every_ms: 500 } };
    writeFileSync(join(dir, `${name}.json`), JSON.stringify(scenario));
    const words = [process.execPath, MAIN, 'stand-in', '--like', like, '--scenario', join(dir, `${name}.json`)];
    const command = join(dir, name);
    writeFileSync(command, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
    return { like, command };
  }

  async #ready(line: string, like: string, log: string): Promise<Soaked> {
    const run = await this.town.until(`${line} has said hello`, () => this.#atWork(line), PATIENCE_MS);
    return { line, box: addressOf(run), like, log };
  }

  async #atWork(line: string): Promise<Run | undefined> {
    const work = await this.desk.books.read('work', line);
    const run = work?.run === undefined ? undefined : await this.desk.books.read('run', work.run);
    return run?.session?.ackedAt !== undefined && !run.session.exit ? run : undefined;
  }

  /** Kills the program of an agent's session, if one is at work. @returns whether there was one */
  async killSession(line: string): Promise<boolean> {
    const session = (await this.#atWork(line))?.session;
    if (session?.pid === undefined) return false;
    if (!kill(session.pid)) return false;
    this.killed.push({ session: session.id, at: systemClock.now() });
    return true;
  }

  /** Kills the worker, and waits for the next one. */
  async killWorker(): Promise<void> {
    const { town } = this;
    const was = await this.desk.books.read('worker', 'worker');
    if (was?.pid === undefined) throw new Error('there is no worker');
    if (kill(was.pid)) this.workersKilled++;
    await town.until(
      'the next worker',
      async () => {
        // A supervisor that has seen too many exits is told to go on, as a person would.
        if (readSupervisorRecord(town.root)?.children.worker?.state === 'broken') await town.gt(['up']);
        return ((await this.desk.books.read('worker', 'worker'))?.epoch ?? 0) > (was.epoch ?? 0);
      },
      PATIENCE_MS,
    );
  }

  /** How many letters are still to be told, in the lines of these agents. */
  async waiting(agents: readonly Soaked[]): Promise<number> {
    const counts = await Promise.all(agents.map(({ line }) => this.desk.books.count(`letters.waiting:${line}`)));
    return counts.reduce((sum, one) => sum + one, 0);
  }

  /** Waits until no mail is on its way any more. */
  async settled(): Promise<void> {
    await this.town.until(
      'all mail is told',
      async () => (await this.desk.books.count('deliveries.mail')) === 0,
      PATIENCE_MS,
      200,
    );
  }

  async letters(message: string): Promise<Letter[]> {
    return this.desk.books.readMany('letter', await this.desk.books.index(`letters.of:${message}`));
  }

  /** What an agent's stand-ins noted, in order. */
  notes({ log }: Soaked): Logged[] {
    if (!existsSync(log)) return [];
    const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
    return lines.flatMap((line) => {
      try {
        return [JSON.parse(line) as Logged];
      } catch {
        return []; // it was killed as it wrote
      }
    });
  }

  async end(): Promise<string[]> {
    await this.#desk?.jobs.close();
    this.#redis?.disconnect();
    const { exit, out, err } = await this.town.end();
    return exit === 0 ? [] : [`gt down ended with ${exit}: ${err}${out}`];
  }
}

/** Whether it was there to be killed. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** A refusal ends the trial: it is a fault of it. */
export const sure = <T>(answer: T): Exclude<T, { refused: string }> => {
  if (isRefusal(answer)) throw new Error(JSON.stringify(answer));
  return answer as Exclude<T, { refused: string }>;
};
