import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type Host, HostGone } from '#world/pty/host';
import type { NudgeResult } from '#world/pty/nudge/asked';
import { startSoakHost } from './soak-host.ts';
import { type Judged, judgeNudges, type Told } from './soak-nudges-proof.ts';
import { playedBy } from './stand-in/command.ts';
import type { Note } from './stand-in/notes.ts';
import type { ScenarioInput } from './stand-in/scenario.ts';

/**
 * The soak of nudges: stand-ins that redraw, take an early Enter for a new line and open dialogs by a seed, all played by one process on the terminals of a
 * real host; clients that lose their connection and ask again. Each nudge must be sent once and in order, or its end be told truly; no dialog is answered.
 */
export type NudgePlan = {
  readonly sessions: number;
  readonly nudges: number;
  readonly seed: number;
  /** An agent from npm in place of stand-ins. */
  readonly real?: string;
};
const ALL_NUDGES: NudgePlan = { sessions: 50, nudges: 10_000, seed: 1 };

const LIKES = ['claude', 'codex', 'gemini', 'copilot', 'pi'];
const DEBOUNCES = [80, 250];
/** Nudges of one session that are asked for at a time, and attempts for one. */
const AT_ONCE = 4;
const ATTEMPTS = 6;
/** Between two losses of the connection, ms. */
const LOSE_MS = 5_000;
const STAND_IN = fileURLToPath(new URL('../main.js', import.meta.url));

/** A dialog that no preset knows. */
const UNKNOWN = {
  name: 'survey',
  rows: ['{rule}', ' How is it going?'],
  options: [
    { text: '1. Well', does: 'accepts' as const },
    { text: '2. Badly', does: 'refuses' as const },
  ],
};

type Stage = {
  readonly dir: string;
  readonly connect: () => Promise<Host>;
  readonly join: readonly string[];
  readonly end: () => Promise<void>;
};
type Role = { readonly id: string; readonly like: string; readonly log: string; readonly scenario: ScenarioInput };

/** Reads a plan from words: `--sessions=5 --nudges=200 --seed=3`, or `--real=pi --nudges=200`. @throws Error that says what is wrong */
export function readPlan(words: readonly string[]): NudgePlan {
  const plan: Record<string, number | string> = { ...ALL_NUDGES };
  for (const word of words) {
    const real = /^--real=([\w-]+)$/.exec(word)?.[1];
    if (real !== undefined) {
      plan['real'] = real;
      continue;
    }
    const [, name = '', value = ''] = /^--(sessions|nudges|seed)=(\d+)$/.exec(word) ?? [];
    if (name === '')
      throw new Error(`\`${word}\` is no word of this trial: use --sessions=N, --nudges=N, --seed=N or --real=AGENT.`);
    plan[name] = Number(value);
  }
  return plan as unknown as NudgePlan;
}

async function open(): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'gt-soak-nudges-'));
  const host = await startSoakHost(dir);
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const players = spawn(process.execPath, [STAND_IN, 'stand-in', '--serve', join(dir, 'players')], { env: host.env, stdio });
  const [line] = (await once(players.stdout, 'data')) as [Buffer];
  const end = async () => {
    await host.end();
    players.kill('SIGTERM');
    if (players.exitCode === null && players.signalCode === null) await once(players, 'exit');
    rmSync(dir, { recursive: true, force: true });
  };
  return { dir, connect: host.connect, join: (JSON.parse(String(line)) as { join: string[] }).join, end };
}

function roleOf(dir: string, plan: NudgePlan, at: number): Role {
  const like = LIKES[at % LIKES.length] as string;
  const id = `soak${at}`;
  const log = join(dir, `${id}.notes`);
  const dialogs = [
    playedBy(like).preset.screen.dialogs.some(({ name }) => name === 'permission') ? 'permission' : UNKNOWN,
    UNKNOWN,
  ];
  return {
    id,
    like,
    log,
    scenario: {
      like,
      log,
      seed: plan.seed * 1_000 + at,
      frame: { every_ms: 80, always: true },
      start: { dialogs: [] },
      enter: { within_ms: DEBOUNCES[at % DEBOUNCES.length], as: 'newline' },
      turns: [{ ms: 60 }],
      // longer than an Enter can be on its way: what answers after that had the dialog before its eyes
      dialogs: { random: { of: dialogs, every_ms: [4_000, 12_000], on_enter: 0.03, person_ms: 1_500 }, deaf_ms: 700 },
    },
  };
}

/** Connections that are lost from time to time: whoever asks, asks again. */
class Line {
  readonly #connect: () => Promise<Host>;
  #host: Promise<Host>;
  losses = 0;

  constructor(connect: () => Promise<Host>) {
    this.#connect = connect;
    this.#host = connect();
  }

  async ask<T>(what: (host: Host) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await what(await this.#host);
      } catch (fault) {
        if (!(fault instanceof HostGone)) throw fault;
      }
    }
  }

  async lose(): Promise<void> {
    const old = await this.#host;
    this.#host = this.#connect();
    await this.#host;
    old.close();
    this.losses++;
  }

  async close(): Promise<void> {
    (await this.#host).close();
  }
}

async function nudgeAll(line: Line, role: Role, count: number, told: (one: Told) => void): Promise<void> {
  const { screen, submit, keys, terminal } = playedBy(role.like).preset;
  let next = 0;
  const one = async (n: number) => {
    const text = `[soak] #${n} for ${role.id}: go on with the work at hand${n % 5 === 0 ? '\nand mind\nthe rest' : ''}`;
    const asked = { nudge: `${role.id}-${n}`, id: role.id, text, mode: 'wait-idle' as const, screen, submit, keys, terminal };
    const results: NudgeResult[] = [];
    do results.push(await line.ask((host) => host.nudge(asked)));
    while (results.length < ATTEMPTS && ['not-sent', 'draft-left'].includes(results.at(-1)?.outcome ?? ''));
    told({ session: role.id, n, results });
  };
  // in order: the next is asked for when an earlier one has ended
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, count) }, async () => {
      while (next < count) await one(next++);
    }),
  );
}

/** Runs the soak with a host and stand-ins of its own. `say` shows progress. */
export async function soakNudges(plan: NudgePlan, say: (line: string) => void): Promise<Judged> {
  const stage = await open();
  const began = performance.now();
  try {
    const line = new Line(stage.connect);
    const roles = Array.from({ length: plan.sessions }, (_, at) => roleOf(stage.dir, plan, at));
    for (const { id, scenario } of roles) {
      const file = join(stage.dir, `${id}.json`);
      writeFileSync(file, JSON.stringify(scenario));
      const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', GT_SESSION: `soak.${process.pid}.${id}` };
      await line.ask((host) => host.spawn({ id, argv: [...stage.join, file], cwd: stage.dir, env, cols: 120, rows: 40 }));
    }
    const all: Told[] = [];
    const timer = setInterval(() => void line.lose(), LOSE_MS);
    const told = (one: Told) => {
      all.push(one);
      if (all.length % 500 === 0) say(`${all.length} nudges, ${Math.round((performance.now() - began) / 1000)} s`);
    };
    const each = Math.ceil(plan.nudges / plan.sessions);
    await Promise.all(roles.map((role) => nudgeAll(line, role, each, told))).finally(() => clearInterval(timer));
    await line.close();
    const notes = new Map(roles.map(({ id, log }) => [id, notesIn(log)]));
    const judged = judgeNudges(all, notes, { seconds: (performance.now() - began) / 1000, losses: line.losses });
    for (const text of judged.lines) say(text);
    return judged;
  } finally {
    await stage.end();
  }
}

function notesIn(log: string): Note[] {
  const text = existsSync(log) ? readFileSync(log, 'utf8').trim() : '';
  return text === '' ? [] : text.split('\n').map((one) => JSON.parse(one) as Note);
}
