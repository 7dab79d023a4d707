import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Agent } from '#core/records';
import { orThrow } from '#core/refusals';
import { drawn } from '#trials/seeded';
import { GT, TrialTown } from '#trials/trial-town';
import { socketPath } from '#world/config/runtime';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import type { ScreenShown } from '#world/pty/host';
import { hasTmux, Pane, type PaneView } from './pane.ts';

/**
 * The soak of attaching: the mayor (a stand-in) on a terminal that tmux draws, in scripted use by a seed: a person types, leaves and comes back, pulls their
 * window; meanwhile the worker is killed, and worker and host are replaced by another build. After each act what tmux shows must be what the host's own
 * screen of the session holds, cell by cell, with the cursor where it is; and all of it must be one process of the mayor.
 */
export type AttachPlan = { readonly seconds: number; readonly seed: number };

const HOUR_S = 3600;
const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const ID = 'hq-mayor';
/** How long a screen may take to come right, ms: a loaded machine draws slowly. */
const RIGHT_MS = 30_000;
const LOOK_MS = 100;

/** Reads a plan from words: `--seconds=120 --seed=3`. @throws Error that says what is wrong */
export function readAttachPlan(words: readonly string[], seed: number): AttachPlan {
  const plan: Record<string, number> = { seconds: HOUR_S, seed };
  for (const word of words) {
    const [, name = '', value = ''] = /^--(seconds|seed)=(\d+)$/.exec(word) ?? [];
    if (name === '') throw new Error(`\`${word}\` is no word of this trial: use --seconds=N or --seed=N.`);
    plan[name] = Number(value);
  }
  return plan as unknown as AttachPlan;
}

type Act = 'type' | 'reattach' | 'resize' | 'kill worker' | 'upgrade';
/** How often each is done, of all of them together: processes are replaced now and then, keys are pressed all the time. */
const WEIGHTS: ReadonlyArray<readonly [Act, number]> = [
  ['type', 8],
  ['reattach', 6],
  ['resize', 6],
  ['kill worker', 2],
  ['upgrade', 2],
];

/** Runs it. @returns whether every screen was right; undefined where there is no tmux, which is said */
export async function soakAttach(plan: AttachPlan, say: (line: string) => void): Promise<boolean | undefined> {
  if (!hasTmux()) {
    say('Skipped: there is no tmux here (sudo apt install tmux). Nothing was tried.');
    return undefined;
  }
  const soak = new Soak(plan, say);
  try {
    await soak.begin();
    await soak.use();
    return soak.told();
  } finally {
    await soak.end();
  }
}

class Soak {
  readonly #plan: AttachPlan;
  readonly #say: (line: string) => void;
  readonly #random: () => number;
  readonly #town = new TrialTown();
  readonly #pane: Pane;
  readonly #done = new Map<Act, number>();
  readonly #faults: string[] = [];
  #build = 0;
  #said = 0;
  #mayor: Agent | undefined;

  constructor(plan: AttachPlan, say: (line: string) => void) {
    this.#plan = plan;
    this.#say = say;
    this.#random = drawn(plan.seed);
    const bin = join(this.#town.dir, 'bin');
    mkdirSync(bin);
    const scenario = JSON.stringify({ turns: [{ ms: 300 }], frame: { every_ms: 100 } });
    const words = [process.execPath, MAIN, 'stand-in', '--like', 'claude', '--scenario', scenario].map((word) => `'${word}'`);
    writeFileSync(join(bin, 'claude'), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
    this.#town.env['PATH'] = `${bin}:${this.#town.env['PATH']}`;
    this.#pane = new Pane({ ...this.#town.env, GT_TOWN_ROOT: this.#town.root });
  }

  async begin(): Promise<void> {
    await this.#must(['install', this.#town.root]);
    writeFileSync(join(this.#town.root, 'settings/config.json'), JSON.stringify({ dashboard: { port: 0 } }));
    await this.#must(['up']);
    await this.#pane.open(100, 30);
    await this.#attach();
    this.#mayor = await this.#town.read('agent', ID);
  }

  /** Acts by the seed until the time is over; each of them at least once. */
  async use(): Promise<void> {
    const over = performance.now() + this.#plan.seconds * 1000;
    const first = WEIGHTS.map(([act]) => act);
    while (this.#faults.length === 0 && (first.length > 0 || performance.now() < over)) {
      const act = first.shift() ?? this.#pick();
      await this.#does(act);
      this.#done.set(act, (this.#done.get(act) ?? 0) + 1);
      await this.#isRight(act);
    }
  }

  /** Says what was seen. @returns whether all of it was right */
  told(): boolean {
    const counts = [...this.#done].map(([act, times]) => `${act} ${times}`).join(', ');
    this.#say(`seed ${this.#plan.seed}: ${counts}`);
    for (const fault of this.#faults) this.#say(fault);
    if (this.#faults.length > 0) return false;
    this.#say('after each of them the terminal showed what the host holds, and the mayor was the same process throughout');
    return true;
  }

  async end(): Promise<void> {
    await this.#pane.end();
    await this.#town.end();
  }

  #pick(): Act {
    const lots = WEIGHTS.flatMap(([act, weight]) => Array.from({ length: weight }, () => act));
    return lots[Math.floor(this.#random() * lots.length)] ?? 'type';
  }

  async #does(act: Act): Promise<void> {
    if (act === 'type') return this.#types();
    if (act === 'resize') return this.#pane.resize(60 + Math.floor(this.#random() * 80), 20 + Math.floor(this.#random() * 25));
    if (act === 'reattach') {
      await this.#pane.press('C-\\');
      await this.#shows('Left mayor, which goes on.');
      return this.#attach();
    }
    if (act === 'kill worker') {
      process.kill(this.#town.pid('worker'), 'SIGKILL');
      if (this.#random() < 0.5) await this.#types(); // the terminal is not the worker's
      return void (await this.#must(['up']));
    }
    const before = this.#town.pid('host');
    await this.#must(['up'], { GT_BUILD: `soak-${++this.#build}` });
    if (this.#town.pid('host') === before) this.#faults.push('another build came, and the host was not replaced');
  }

  /** A line of its own each time, which the program takes. */
  async #types(): Promise<void> {
    const text = `word ${++this.#said} of the person`;
    await this.#pane.type(text);
    await this.#shows(text);
  }

  async #attach(): Promise<void> {
    await this.#pane.type(`clear; ${process.execPath} ${GT} mayor attach`);
    await this.#town.until('the mayor on the terminal', async () => {
      const { rows } = await this.#pane.view();
      return rows.some((row) => row.startsWith('❯')) && !rows.some((row) => row.includes('OUT>'));
    });
  }

  async #shows(text: string): Promise<void> {
    await this.#town.until(`the terminal shows: ${text}`, async () =>
      (await this.#pane.view()).rows.some((row) => row.includes(text)),
    );
  }

  /** What tmux shows is what the host holds, as soon as the program rests for a moment; and it is the same program still. */
  async #isRight(act: Act): Promise<void> {
    const agent = await this.#town.read('agent', ID);
    if (agent?.session?.pid !== this.#mayor?.session?.pid || agent?.sessions !== this.#mayor?.sessions)
      this.#faults.push(`after "${act}" it is another process of the mayor`);
    const end = performance.now() + RIGHT_MS;
    for (let last = ''; ; await pause(LOOK_MS)) {
      const [before, seen, after] = [await this.#screen(), await this.#pane.view(), await this.#screen()];
      if (before && after && before.seq === after.seq) {
        last = difference(after, seen) ?? '';
        if (last === '') return;
      }
      if (performance.now() < end) continue;
      this.#faults.push(`after "${act}" the terminal is wrong: ${last || 'the screen never came to rest'}`);
      this.#faults.push(`the terminal:\n${seen.rows.join('\n')}\nthe host's screen:\n${after?.text ?? 'none'}`);
      return;
    }
  }

  async #screen(): Promise<ScreenShown | undefined> {
    const path = orThrow(socketPath(this.#town.root, 'host'));
    const token = readToken(join(this.#town.root, '.runtime/host.token'));
    const host = await connectHost({ path, token, build: 'soak', waitMs: 5000 });
    try {
      return await host.peek(this.#mayor?.session?.id ?? `${ID}.s1`, { lines: 200 });
    } finally {
      host.close();
    }
  }

  async #must(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    const { exit, err } = await this.#town.gt(words, { env });
    if (exit !== 0) throw new Error(`gt ${words.join(' ')} ended with ${exit}: ${err}`);
  }
}

/**
 * In what the terminal differs from the host's screen: its size, its rows, or its cursor; undefined when it does not. The host's text begins with lines that
 * were scrolled away, and ends at the last row that holds something: the cursor says which of its rows is which of the terminal's.
 */
function difference(held: ScreenShown, { rows, x, y }: PaneView): string | undefined {
  if (held.rows !== rows.length) return `it has ${rows.length} rows, the host's screen has ${held.rows}`;
  const text = held.text.split('\n').map((row) => row.trimEnd());
  const above = held.cursor.y - y;
  if (held.cursor.x !== x || above < 0 || text.length - above > rows.length)
    return `its cursor is at ${x},${y}, the host's at ${held.cursor.x},${held.cursor.y} of ${text.length} rows`;
  const at = rows.findIndex((row, index) => row !== (text[index + above] ?? ''));
  return at < 0 ? undefined : `row ${at} is \`${rows[at]}\`, and the host holds \`${text[at + above] ?? ''}\``;
}
