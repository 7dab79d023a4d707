import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredEvent } from '#world/store/tail';
import { CHECK, describe, PIECES, REPOSITORIES } from './demo-plot.ts';
import { provenGreen, tellSummary, verdictOf } from './demo-proof.ts';
import { TrialTown } from './trial-town.ts';

/**
 * The main job of gt, end to end, for whoever has just cloned it: a fresh town, two repositories, twelve pieces of work, four agents at a time. Some wait
 * for others, two conflict, one breaks the tests; an agent and the worker are killed from outside. Ends well only if all of that really happened.
 */
export type Say = (line: string) => void;
export type Cast = Readonly<Record<string, string>>;

const LIMIT_MS = 240_000;
const AT_ONCE = 4;

/** Runs the demo. @param keep leaves the town up. @returns whether it showed what it is there to show */
export async function demo(say: Say, { keep = false } = {}): Promise<boolean> {
  const town = new TrialTown();
  const began = performance.now();
  try {
    const ids = await open(town, say);
    const follow = new Follower(town, ids, say);
    const telling = follow.run();
    const kills = await disturb(town, ids, say);
    await town.until('all work closed', async () => (await closed(town, ids)) === PIECES.length, LIMIT_MS);
    await town.until(
      'every worktree cleared away',
      async () => (await Promise.all(Object.values(ids).map((id) => town.read('work', id)))).every((one) => one && !one.hold),
      30_000,
    );
    follow.stop();
    await telling;
    const events = await town.events();
    const green = await provenGreen(town, say);
    const verdict = verdictOf(events, ids, kills);
    tellSummary(say, events, ids, kills, (performance.now() - began) / 1000);
    const doctor = await town.gt(['doctor']);
    say(`\ngt doctor\n${doctor.out.trimEnd()}`);
    for (const lack of verdict) say(`NOT SHOWN: ${lack}`);
    return verdict.length === 0 && green && doctor.exit === 0;
  } finally {
    town.leave();
    if (keep) lookAround(town, say);
    else say(`\n${(await town.end()).out.trimEnd()}`);
  }
}

async function closed(town: TrialTown, ids: Cast): Promise<number> {
  const all = await Promise.all(Object.values(ids).map((id) => town.read('work', id)));
  return all.filter((one) => one?.status === 'closed').length;
}

/** Town, rigs, work. @returns ids by the demo's own names */
async function open(town: TrialTown, say: Say): Promise<Cast> {
  await step(town, say, ['install', town.root, '--name', 'demo']);
  // Four at a time, on a free port of the board: whatever else this machine does goes on.
  writeFileSync(
    join(town.root, 'settings/config.json'),
    `${JSON.stringify({ max_polecats: AT_ONCE, dashboard: { port: 0 } }, null, 2)}\n`,
  );
  await step(town, say, ['up']);
  for (const [rig, files] of Object.entries(REPOSITORIES)) {
    const path = await town.repository(rig, files);
    await step(town, say, ['rig', 'add', rig, '--path', path, '--test-command', CHECK]);
  }
  const ids: Record<string, string> = {};
  for (const piece of PIECES) {
    const needs = piece.needs.map((key) => ids[key] ?? '').join(',');
    const words = [
      'work',
      'create',
      piece.title,
      '--rig',
      piece.rig,
      '--agent',
      'shell',
      '-d',
      describe(piece),
      ...(needs ? ['--deps', needs] : []),
    ];
    const { id } = await town.ask<{ id: string }>(words);
    ids[piece.key] = id;
    say(`created ${id}  ${piece.title}${needs ? `  (needs ${needs})` : ''}`);
  }
  await step(town, say, ['sling', ...Object.values(ids)]);
  return ids;
}

async function step(town: TrialTown, say: Say, words: readonly string[]): Promise<void> {
  say(`\n$ gt ${words.join(' ')}`);
  const { exit, out, err } = await town.gt(words);
  say((out + err).trimEnd());
  if (exit !== 0) throw new Error(`gt ${words[0]} ended with ${exit}`);
}

/** What was killed, and which sessions lived through it. */
export type Kills = {
  readonly agent: number;
  readonly worker: { readonly before: number; readonly after: number };
  readonly lived: ReadonlyMap<string, readonly [number, number]>;
};

/** Kills an agent in the middle of its work, then the worker while agents run: by pid, as the kernel would. */
async function disturb(town: TrialTown, ids: Cast, say: Say): Promise<Kills> {
  const long = ids['long'] ?? '';
  const victim = await town.until(
    'the long piece under way',
    async () => {
      const run = await town.read('run', `${long}.r1`);
      return run?.session?.ackedAt ? run.session : undefined;
    },
    LIMIT_MS,
  );
  say(`\n>>> kill -9 ${victim.pid}: the agent of ${long}, in the middle of its work`);
  process.kill(victim.pid ?? 0, 'SIGKILL');
  await town.event('session.exited', (one) => one.subject === `${long}.r1`);
  const before = await town.until(
    'agents under way',
    async () => {
      const live = await sessions(town);
      return live.size >= 2 ? live : undefined;
    },
    LIMIT_MS,
  );
  const worker = town.pid('worker');
  say(`\n>>> kill -9 ${worker}: the worker, while ${before.size} agents run (${[...before.values()].join(', ')})`);
  process.kill(worker, 'SIGKILL');
  const started = await town.event('worker.started', (one) => Number(one.data['pid']) !== worker, 30_000);
  const after = await sessions(town);
  const lived = new Map([...before].map(([session, pid]) => [session, [pid, after.get(session) ?? 0] as const]));
  return { agent: victim.pid ?? 0, worker: { before: worker, after: Number(started.data['pid']) }, lived };
}

/** Live sessions and their pids, as the books have them. */
async function sessions(town: TrialTown): Promise<Map<string, number>> {
  const books = await town.books();
  const runs = await books.readMany('run', await books.index('runs.live'));
  return new Map(
    runs.flatMap(({ session }) => (session?.pid && session.ackedAt && !session.exit ? [[session.id, session.pid] as const] : [])),
  );
}

/** Tells events as they happen, in a person's words. */
class Follower {
  readonly #town: TrialTown;
  readonly #names: ReadonlyMap<string, string>;
  readonly #say: Say;
  #stopped = false;

  constructor(town: TrialTown, ids: Cast, say: Say) {
    this.#town = town;
    this.#names = new Map(Object.entries(ids).map(([key, id]) => [id, key]));
    this.#say = say;
  }

  async run(): Promise<void> {
    for (let told = 0; ; ) {
      const last = this.#stopped;
      const events = await this.#town.events();
      for (const event of events.slice(told)) this.#tell(event);
      told = events.length;
      if (last) return;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #tell({ type, subject, data }: StoredEvent): void {
    const item = subject.replace(/\.[rm]\d+$/, '');
    const words: { readonly [type: string]: string } = {
      'run.granted': `${data['name']} starts (attempt ${data['attempt']})`,
      'work.handed_in': 'handed in',
      'merge.checking': 'merged in memory; its checks run',
      'merge.returned': `COMES BACK: ${data['why']}`,
      'merge.landed': `LANDED on ${data['target']}`,
      'session.exited': data['signal'] ? `its agent was killed (signal ${data['signal']})` : '',
      'worker.started': `a worker serves the town (pid ${data['pid']})`,
    };
    if (words[type]) this.#say(`  ${item.padEnd(8)} ${(this.#names.get(item) ?? '').padEnd(9)} ${words[type]}`);
  }
}

function lookAround(town: TrialTown, say: Say): void {
  const board = readFileSync(join(town.root, '.runtime/board.url'), 'utf8').trim();
  say(
    `\nThe town is up. Look around:\n  export GT_TOWN_ROOT=${town.root} XDG_RUNTIME_DIR=${town.env['XDG_RUNTIME_DIR']}\n  gt status · gt feed · gt mq list · gt work list\n  Bull Board: ${board}\nEnd it with \`gt down\`, then remove ${town.dir}.`,
  );
}
