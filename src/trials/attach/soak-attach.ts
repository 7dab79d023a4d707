import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CRASH_WINDOW_MS } from '#core/limits';
import type { Agent } from '#core/records';
import { orThrow } from '#core/refusals';
import { drawn } from '#trials/seeded';
import { GT, TrialTown } from '#trials/trial-town';
import { socketPath } from '#world/config/runtime';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import type { ScreenShown } from '#world/pty/host';
import { difference, hasTmux, Pane, type PaneView } from './pane.ts';
import { type Act, type AttachPlan, KILLS, WEIGHTS } from './plan.ts';

/**
 * The soak of attaching: the mayor (a stand-in) on a terminal that tmux draws, in scripted use by a seed: a person types, leaves and comes back, pulls their
 * window; meanwhile the worker is killed, worker and host are replaced by another build, and the mayor is handed off, or its process killed: the terminal
 * stays, and shows the next session. After each act what tmux shows must be what the host's own screen of the session holds, cell by cell, with the cursor
 * where it is; and between two ends of a session it must be one process of the mayor.
 */
const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const ID = 'hq-mayor';
/** How long a screen may take to come right, ms: a loaded machine draws slowly. */
const RIGHT_MS = 30_000;
const LOOK_MS = 100;
/** Two crashes in a row make nobody wait for long. */
const SETTINGS = { dashboard: { port: 0 }, operational: { restart_backoff: { first: '0ms', base: '1s', max: '1s' } } };

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
    return await soak.told();
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
  #killedAt: number[] = [];

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
    writeFileSync(join(this.#town.root, 'settings/config.json'), JSON.stringify(SETTINGS));
    await this.#must(['up']);
    await this.#pane.open(100, 30);
    await this.#attach();
    this.#mayor = await this.#town.until('the mayor in the books', async () => {
      const agent = await this.#town.read('agent', ID);
      return agent?.session?.pid !== undefined && agent;
    });
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
  async told(): Promise<boolean> {
    const counts = [...this.#done].map(([act, times]) => `${act} ${times}`).join(', ');
    this.#say(`seed ${this.#plan.seed}: ${counts}`);
    if (this.#faults.length > 0) {
      for (const fault of [...this.#faults, await this.#town.tale()]) this.#say(fault);
      return false;
    }
    this.#say(
      'after each of them the terminal showed what the host holds, and the mayor was the same process from one end to the next',
    );
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
    if (act === 'hand off') return this.#handOff();
    if (act === 'kill mayor') return this.#mayKill() ? this.#killMayor() : this.#handOff();
    if (act === 'kill worker') {
      process.kill(this.#town.pid('worker'), 'SIGKILL');
      if (this.#random() < 0.5) await this.#types(); // the terminal is not the worker's
      return void (await this.#must(['up']));
    }
    const before = this.#town.pid('host');
    await this.#must(['up'], { GT_BUILD: `soak-${++this.#build}` });
    if (this.#town.pid('host') === before) this.#faults.push('another build came, and the host was not replaced');
  }

  /** A person hands it off; half of the time while something is typed that is not sent, which must be heard first. */
  async #handOff(): Promise<void> {
    const isTyping = this.#random() < 0.5;
    const text = `thought ${++this.#said} of the person`;
    if (isTyping) {
      await this.#pane.press('-l', text);
      await this.#shows(`❯ ${text}`);
    }
    await this.#must(['handoff', 'mayor', 'go on']);
    if (isTyping) await this.#pane.press('Enter');
    const { id = '' } = this.#mayor?.session ?? {};
    await this.#follows();
    if (isTyping && (await this.#town.read('session', id))?.ackedAt === undefined)
      this.#faults.push(`what was typed into ${id} was thrown away by a handoff`);
  }

  #mayKill(): boolean {
    this.#killedAt = this.#killedAt.filter((at) => performance.now() - at < CRASH_WINDOW_MS);
    return this.#killedAt.length < KILLS;
  }

  async #killMayor(): Promise<void> {
    this.#killedAt.push(performance.now());
    process.kill(this.#mayor?.session?.pid ?? 0, 'SIGKILL');
    await this.#follows();
  }

  /** Another session of the mayor has come and has its context, and the terminal shows it. One that died as it began may have nothing to go on with. */
  async #follows(): Promise<void> {
    const { sessions = 0 } = this.#mayor ?? {};
    await this.#town.until('the next session of the mayor', async () => {
      const agent = await this.#town.read('agent', ID);
      const isThere = agent && agent.sessions > sessions && agent.session?.primed !== undefined && !agent.session.exit;
      if (isThere) this.#mayor = agent;
      return isThere;
    });
    await this.#town.until('the mayor on the terminal', async () => this.#hasPrompt(await this.#pane.view()));
  }

  #hasPrompt({ rows }: PaneView): boolean {
    return rows.some((row) => row.startsWith('❯')) && !rows.some((row) => /OUT>|Keys go nowhere/.test(row));
  }

  /** A line of its own each time, which the program takes. */
  async #types(): Promise<void> {
    const text = `word ${++this.#said} of the person`;
    await this.#pane.type(text);
    await this.#shows(text);
  }

  async #attach(): Promise<void> {
    await this.#pane.type(`clear; ${process.execPath} ${GT} mayor attach`);
    await this.#town.until('the mayor on the terminal', async () => this.#hasPrompt(await this.#pane.view()));
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
