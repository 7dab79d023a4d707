import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '#world/processes/scan';
import { readSupervisorRecord } from '#world/processes/supervisor-record';
import { type Answered, TrialTown } from '../../src/trials/trial-town.ts';
import { built } from './built.ts';
import { startWorker } from './second-worker.ts';

/** A town whose processes are killed at named places. What must be true of it afterwards is in `kill-proof.ts`. */

export const RIG = 'parts';
export const PATIENCE_MS = 90_000;

export type Item = { readonly id: string; readonly part: string };
type NewItem = { readonly deps?: readonly Item[]; readonly agent?: string; readonly last?: string };
type WorkerBeing = { readonly pid: number; readonly born: string; readonly epoch: number };

const CHECK = 'for part in parts/*; do grep -qx ok "$part" || exit 1; done\n';

export class KillTown {
  readonly town = new TrialTown();
  /** Where the worker looks for the place at which it is to die. */
  readonly #order = join(this.town.dir, 'order');
  #items = 0;

  /** Installs a town with one rig, and brings it up. `agents` makes presets of the test's own. */
  static async begin(agents: (story: KillTown) => Readonly<Record<string, unknown>> = () => ({})): Promise<KillTown> {
    await built('bin/gt.js');
    const story = new KillTown();
    const { town } = story;
    await town.ask(['install', town.root, '--name', 'kills']);
    const settings = {
      agent: 'shell',
      agents: agents(story),
      max_polecats: 3,
      dashboard: { port: 0 },
      operational: { restart_backoff: { first: 0, base: 10, max: 20 } },
      merge_queue: { check_slots: 1 },
    };
    writeFileSync(join(town.root, 'settings/config.json'), JSON.stringify(settings));
    await story.up();
    const path = await town.repository(RIG, { 'test.sh': CHECK, 'parts/first': 'ok\n' });
    await town.ask(['rig', 'add', RIG, '--path', path, '--test-command', 'sh test.sh']);
    return story;
  }

  /** Brings the town up, or out of its supervisor's waiting after too many exits. */
  async up(): Promise<void> {
    await this.town.ask(['up'], { env: { GT_FAIL: `@${this.#order}` } });
  }

  /** The file that a kill in a command leaves, so that it happens once. */
  once(name: string): string {
    return join(this.town.dir, `once-${name}`);
  }

  /** The environment of a command that is killed at a place, once. */
  dying(point: string, name = point): { GT_FAIL: string; GT_FAIL_ONCE: string } {
    return { GT_FAIL: point, GT_FAIL_ONCE: this.once(name) };
  }

  /** The same as words before a command in a shell block. */
  dyingWords(point: string, name = point): string {
    return Object.entries(this.dying(point, name))
      .map(([key, value]) => `${key}='${value}'`)
      .join(' ');
  }

  /** Makes an item whose agent adds one part. `last` is what its block does in the end. */
  async item(wish: NewItem = {}): Promise<Item> {
    const part = `part-${++this.#items}`;
    const { id } = await this.town.ask<{ id: string }>(this.words(part, wish));
    return { id, part };
  }

  words(part: string, { deps = [], agent = 'shell', last = '' }: NewItem = {}): string[] {
    const needs = deps.length > 0 ? ['--deps', deps.map(({ id }) => id).join(',')] : [];
    const commit = `git add -A\ngit diff --cached --quiet || git commit -q -m "Add ${part}"`;
    const block = `echo ok > parts/${part}\n${commit}\n${last}\n`;
    return ['work', 'create', `Add ${part}`, '--rig', RIG, '--agent', agent, ...needs, '-d', `\`\`\`sh\n${block}\`\`\`\n`];
  }

  /** Slings, as a person does; `env` lets the command die. */
  sling(items: readonly Item[], env: NodeJS.ProcessEnv = {}): Promise<Answered> {
    return this.town.gt(['sling', ...items.map(({ id }) => id)], { env });
  }

  /** Makes an item with a command that dies at a place: only the town knows its id. */
  async itemOfTheDead(point: string): Promise<Item & { readonly answer: Answered }> {
    const part = `part-${++this.#items}`;
    const answer = await this.town.gt(this.words(part), { env: this.dying(point, part) });
    const made = await this.town.event('work.created', (event) => event.data['title'] === `Add ${part}`);
    return { id: made.subject, part, answer };
  }

  /** The worker of now, as the books know it. */
  async worker(): Promise<WorkerBeing> {
    const { pid = 0, born = '', epoch = 0 } = (await this.town.read('worker', 'worker')) ?? {};
    return { pid, born, epoch };
  }

  /** Lets the worker die at a place, the n-th time that it comes by. @returns who it is */
  async order(point: string, n = 1): Promise<WorkerBeing> {
    const worker = await this.worker();
    writeFileSync(this.#order, `${point} ${n}`);
    return worker;
  }

  /** Lets the worker stop at a place (SIGSTOP), and waits until it stands there. @param then what brings it there */
  async halted(point: string, then: () => Promise<unknown>): Promise<WorkerBeing> {
    const worker = await this.worker();
    writeFileSync(this.#order, `${point} 1 stop`);
    await then();
    const stands = async () => / T \d+ /.test(readFileSync(`/proc/${worker.pid}/stat`, 'latin1'));
    await this.town.until(`the worker stopped at ${point}`, stands, PATIENCE_MS);
    return worker;
  }

  /** Starts a second worker, and waits until it has taken over. */
  async overtaken(worker: WorkerBeing): Promise<WorkerBeing> {
    startWorker(this.town, { GT_FAIL: `@${this.#order}` });
    return this.successor(worker);
  }

  /** Waits until the ordered kill has happened. */
  async death({ pid, born }: WorkerBeing): Promise<void> {
    const dead = async () => !existsSync(this.#order) && !isAlive(pid, born);
    await this.town.until('the ordered kill', dead, PATIENCE_MS);
  }

  /** Waits until the ordered kill has happened, or until all is closed and nobody comes by that place any more. @returns which of them */
  async deathOrRest({ pid, born }: WorkerBeing, items: readonly Item[]): Promise<boolean> {
    const over = async () => (await Promise.all(items.map(({ id }) => this.town.read('work', id)))).every((one) => one?.closed);
    const seen = async () => (isAlive(pid, born) ? (await over()) && 'rest' : 'death');
    return (await this.town.until('the ordered kill, or rest', seen, PATIENCE_MS)) === 'death';
  }

  /** Takes the order back. */
  recall(): void {
    rmSync(this.#order, { force: true });
  }

  /** Waits for the next worker to have taken over. A supervisor that has seen too many exits is told to go on, as a person would. */
  async successor(gone: WorkerBeing): Promise<WorkerBeing> {
    return this.town.until(
      'the next worker',
      async () => {
        if (readSupervisorRecord(this.town.root)?.children.worker?.state === 'broken') await this.up();
        const now = await this.worker();
        return now.epoch > gone.epoch ? now : undefined;
      },
      PATIENCE_MS,
    );
  }

  /** Stops the supervisor where it stands, so that nobody starts what dies, for as long as `use` lasts. */
  async withoutSupervisor(use: () => Promise<void>): Promise<void> {
    const pid = this.town.pid('supervisor');
    process.kill(pid, 'SIGSTOP');
    try {
      await use();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }
}

/** Draws from lists, the same ones for the same seed. */
export function drawn(seed: number): <T>(from: readonly T[]) => T {
  let state = seed >>> 0;
  return (from) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return from[Math.floor((state / 2 ** 32) * from.length)] as never;
  };
}
