import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { drawn, upTo } from '../../src/trials/seeded.ts';

/** How a process stands: it waits for a life, it does a step, or it waits to be let do its next one. */
const IDLE = 0;
const BUSY = 1;
const WAITS = 2;
/** What it may be let do. */
const GO = 1;
const DIE = 2;
/** What is shared of each process: how it stands, what it is let do, the pid of its life (0: none), its lives, and how often it has counted. */
const [STATE, TURN, PID, LIVES, COUNTED] = [0, 1, 2, 3, 4];
const PARTS = 5;
/** No pid of the system is as high. */
const FIRST_PID = 9_000_000;
const HANG_MS = 20_000;
const MANY = 3;
const LIVES_EACH = 3;
/** How likely a step is the last one of a process. */
const DEATHS = 0.04;

/**
 * A thread that stands in for processes, one after the other: each takes the lock, counts in a file beside it, and lets go. Every call that touches a file waits
 * to be let through, and at each it may be killed: nothing that it still calls after that (in a `finally`) does anything. Whether it lives is told by /proc.
 */
const PROCESS = `
  const { parentPort, workerData: { shared, at, many, module, lock } } = require('node:worker_threads');
  const fs = require('node:fs');
  const cells = new Int32Array(shared);
  const cell = (part, of = at) => part * many + of;
  const real = { ...fs };
  let dead = false;
  let lives = 0;
  const stands = (how) => { Atomics.store(cells, cell(${STATE}), how); Atomics.notify(cells, cell(${STATE})); };
  const step = () => {
    if (dead) throw new Error('dead');
    stands(${WAITS});
    Atomics.wait(cells, cell(${TURN}), 0);
    dead = Atomics.exchange(cells, cell(${TURN}), 0) === ${DIE};
    if (dead) throw new Error('dead');
  };
  for (const name of ['linkSync', 'renameSync', 'rmSync', 'writeFileSync', 'readdirSync'])
    fs[name] = (...words) => { step(); return real[name](...words); };
  fs.readFileSync = (path, ...words) => {
    step();
    const pid = Number(/^\\/proc\\/(\\d+)\\/stat$/.exec(path)?.[1]);
    if (!(pid >= ${FIRST_PID})) return real.readFileSync(path, ...words);
    for (let of = 0; of < many; of++)
      if (Atomics.load(cells, cell(${PID}, of)) === pid) return pid + ' (p) S ' + '0 '.repeat(18) + pid + ' 0';
    throw Object.assign(new Error('gone'), { code: 'ENOENT' });
  };
  require('node:module').syncBuiltinESMExports();
  function live({ claimPidFile, dropPidFile }, me) {
    if (claimPidFile(lock, me)) return;
    const before = Number(fs.readFileSync(lock + '-count', 'utf8'));
    fs.writeFileSync(lock + '-count', String(before + 1));
    Atomics.add(cells, cell(${COUNTED}), 1);
    dropPidFile(lock, me);
  }
  import(module).then((code) => {
    parentPort.postMessage('ready');
    for (;;) {
      stands(${IDLE});
      Atomics.wait(cells, cell(${LIVES}), lives++);
      const pid = Atomics.load(cells, cell(${PID}));
      Object.defineProperty(process, 'pid', { value: pid, configurable: true });
      dead = false;
      try {
        live(code, { pid, born: String(pid) });
      } catch (fault) {
        if (!dead) real.writeSync(2, fault.stack + '\\n');
      }
    }
  });
`;

/** Processes that want one lock, a step at a time in an order that a seed draws. */
export class Interleaved {
  readonly #cells = new Int32Array(new SharedArrayBuffer(PARTS * 4 * MANY));
  readonly #workers: Worker[] = [];
  readonly #folder: string;
  #pid = FIRST_PID;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param module the built file of the lock */
  static async open(folder: string, module: string): Promise<Interleaved> {
    const one = new Interleaved(folder);
    for (let at = 0; at < MANY; at++) {
      const workerData = { shared: one.#cells.buffer, at, many: MANY, module, lock: join(folder, 'it') };
      const worker = new Worker(PROCESS, { eval: true, workerData });
      one.#workers.push(worker);
      await once(worker, 'message');
    }
    return one;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** One story of a few lives each. `counted`: what they did; `stands`: what the file says in the end; `free`: whether one who comes later gets the lock. */
  round(seed: number): { counted: number; stands: number; free: boolean } {
    const random = drawn(seed);
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder);
    writeFileSync(join(this.#folder, 'it-count'), '0');
    const all = Array.from({ length: MANY }, (_, at) => at);
    const lives = all.map(() => LIVES_EACH);
    const before = this.#counted();
    for (;;) {
      const ready = all.filter((at) => this.#settled(at) === WAITS || (lives[at] as number) > 0);
      const at = ready[upTo(random, ready.length - 1)];
      if (at === undefined) break;
      if (this.#settled(at) === WAITS) this.#let(at, random() < DEATHS ? DIE : GO);
      else {
        lives[at] = (lives[at] as number) - 1;
        this.#born(at);
      }
    }
    const counted = this.#counted() - before;
    const stands = Number(readFileSync(join(this.#folder, 'it-count'), 'utf8'));
    this.#born(0);
    while (this.#settled(0) === WAITS) this.#let(0, GO);
    return { counted, stands, free: this.#counted() - before === counted + 1 };
  }

  #cell(part: number, at: number): number {
    return part * MANY + at;
  }

  #counted(): number {
    let sum = 0;
    for (let at = 0; at < MANY; at++) sum += Atomics.load(this.#cells, this.#cell(COUNTED, at));
    return sum;
  }

  /** How a process stands after its step. One whose life is over is gone: nobody finds it in /proc. */
  #settled(at: number): number {
    const cell = this.#cell(STATE, at);
    if (Atomics.wait(this.#cells, cell, BUSY, HANG_MS) === 'timed-out') throw new Error('a process hangs');
    const stands = Atomics.load(this.#cells, cell);
    if (stands === IDLE) Atomics.store(this.#cells, this.#cell(PID, at), 0);
    return stands;
  }

  #let(at: number, turn: number): void {
    Atomics.store(this.#cells, this.#cell(STATE, at), BUSY);
    Atomics.store(this.#cells, this.#cell(TURN, at), turn);
    Atomics.notify(this.#cells, this.#cell(TURN, at));
    this.#settled(at);
  }

  #born(at: number): void {
    this.#settled(at);
    Atomics.store(this.#cells, this.#cell(STATE, at), BUSY);
    Atomics.store(this.#cells, this.#cell(PID, at), ++this.#pid);
    Atomics.add(this.#cells, this.#cell(LIVES, at), 1);
    Atomics.notify(this.#cells, this.#cell(LIVES, at));
    this.#settled(at);
  }
}
