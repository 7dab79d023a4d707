import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rigLayout, townLayout } from '#world/config/layout';
import { keysOf } from '#world/store/keys';
import { GT, TrialTown } from './trial-town.ts';

/**
 * How long people and agents wait, in a real town: a hook command beside an empty Node; a slung item's way to its agent's first output beside git's own
 * worktree; a worker that was killed until its runs are watched again. Medians, with what they are compared to measured in the same run.
 */
const CALLS = 20;
const ROUNDS = 5;
/** The fifth exit within a minute would break the supervisor's restarts off. */
const KILLS = 4;
const AIMS = { hookRatio: 1.6, firstOutputMs: 300, watchedMs: 1000 };
const FILES = 300;
const RIG = 'shop';

/** Writes down when it spoke first, acknowledges, and then thinks until it is killed. */
const AGENT = 'date +%s%3N > "$GT_ROOT/../$GT_WORK_ITEM.at"; "$GT_BIN" hook > /dev/null; exec sleep 600';

type Say = (line: string) => void;
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ms = (value: number) => `${value.toFixed(0)} ms`;

/** Measures the three times. @returns whether each kept its aim; aims are goals, no bounds: they depend on the machine */
export async function benchTimes(say: Say): Promise<boolean> {
  const town = await openTown();
  const tell = (what: string, figure: string, kept: boolean) => {
    say(`${what}: ${figure}: aim ${kept ? 'KEPT' : 'NOT KEPT'}`);
    return kept;
  };
  try {
    const way = await firstOutput(town);
    const extra = way.gtMs - way.gitMs;
    const aimed = `${ms(extra)} more than git's own worktree (${ms(way.gitMs)}), aim ${ms(AIMS.firstOutputMs)}`;
    const output = tell('sling to first output', `${ms(way.gtMs)}, ${aimed}`, extra <= AIMS.firstOutputMs);
    const { nodeMs, hookMs } = await hookCalls(town, way.ids[0] ?? '');
    const ratio = hookMs / nodeMs;
    const calls = `${ms(hookMs)}, ${ratio.toFixed(2)} × an empty node (${ms(nodeMs)}), aim ${AIMS.hookRatio}`;
    const hook = tell('gt hook', calls, ratio <= AIMS.hookRatio);
    const backMs = await watchedAgain(town, way.ids);
    const runs = `its ${way.ids.length} runs are watched again after ${ms(backMs)}, aim ${ms(AIMS.watchedMs)}`;
    const back = tell('worker killed', runs, backMs <= AIMS.watchedMs);
    return output && hook && back;
  } finally {
    await town.end();
  }
}

async function openTown(): Promise<TrialTown> {
  const town = new TrialTown();
  await must(town, ['install', town.root, '--name', 'bench']);
  const settings = { dashboard: { port: 0 }, agents: { stamp: { command: '/bin/sh', args: ['-c', AGENT] } } };
  writeFileSync(join(town.root, 'settings/config.json'), JSON.stringify(settings));
  await must(town, ['up']);
  const files = Array.from({ length: FILES }, (_, i) => [
    `src/part-${i % 17}/file-${i}.js`,
    `export const n = ${i};\n`.repeat(40),
  ]);
  const path = await town.repository(RIG, Object.fromEntries(files));
  await must(town, ['rig', 'add', RIG, '--path', path, '--agent', 'stamp']);
  return town;
}

async function must(town: TrialTown, words: readonly string[]): Promise<void> {
  const { exit, out, err } = await town.gt(words);
  if (exit !== 0) throw new Error(`gt ${words.join(' ')} ended with ${exit}: ${err}${out}`);
}

/** From the commit that slings an item to the first word of its agent, and what git alone takes for a worktree of the same repository. */
async function firstOutput(town: TrialTown): Promise<{ ids: string[]; gtMs: number; gitMs: number }> {
  const ids: string[] = [];
  const [gt, git]: [number[], number[]] = [[], []];
  for (let round = 1; round <= ROUNDS; round++) {
    git.push(await gitsOwn(town, round));
    const { id } = await town.ask<{ id: string }>(['work', 'create', `Think ${round}`, '--rig', RIG]);
    await must(town, ['sling', id]);
    const file = join(town.dir, `${id}.at`);
    const spoke = await town.until(`${id} speaks`, async () => existsSync(file) && Number(readFileSync(file, 'utf8')));
    const slung = await town.event('work.slung', ({ subject }) => subject === id);
    gt.push(spoke - slung.at);
    ids.push(id);
    // The next round begins in a town at rest: this agent has been heard.
    await town.event('session.acked', ({ subject }) => subject.startsWith(`${id}.`));
  }
  return { ids, gtMs: median(gt), gitMs: median(git) };
}

async function gitsOwn(town: TrialTown, round: number): Promise<number> {
  const { repo } = rigLayout(town.root, RIG);
  const folder = join(town.dir, `own-${round}`);
  const start = performance.now();
  await town.git(repo, ['worktree', 'add', '-q', '-b', `own-${round}`, folder, 'main']);
  const taken = performance.now() - start;
  await town.git(repo, ['worktree', 'remove', '--force', folder]);
  await town.git(repo, ['branch', '-q', '-D', `own-${round}`]);
  return taken;
}

/** `gt hook` of a live session, and an empty Node, in turns. */
async function hookCalls(town: TrialTown, id: string): Promise<{ nodeMs: number; hookMs: number }> {
  const run = await town.read('run', `${id}.r1`);
  const env = { ...town.env, GT_ROOT: town.root, GT_SESSION: run?.session?.token ?? '' };
  const [empty, hook]: [number[], number[]] = [[], []];
  for (let i = 0; i < CALLS; i++) {
    empty.push(await timed(['-e', '0'], env));
    hook.push(await timed([GT, 'hook'], env));
  }
  return { nodeMs: median(empty), hookMs: median(hook) };
}

async function timed(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const start = performance.now();
  const [code] = await once(spawn(process.execPath, words, { env, stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}`);
  return performance.now() - start;
}

/** From a SIGKILL of the worker until the next one has every run in its hands; without the supervisor's backoff, which grows with each kill. */
async function watchedAgain(town: TrialTown, ids: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 1; round <= KILLS; round++) {
    const old = town.pid('worker');
    const start = performance.now();
    process.kill(old, 'SIGKILL');
    await town.until('every run is watched', () => watchedBy(town, ids, old), 30_000, 5);
    times.push(performance.now() - start - lastBackoff(town));
  }
  return median(times);
}

function lastBackoff(town: TrialTown): number {
  const log = readFileSync(townLayout(town.root).log('supervisor'), 'utf8');
  return Number([...log.matchAll(/worker was ended by SIGKILL; next start in (\d+) ms/g)].at(-1)?.[1]);
}

/** Whether every run's job is active under another worker than `old`: BullMQ writes down by whom a job was taken. */
async function watchedBy(town: TrialTown, ids: readonly string[], old: number): Promise<boolean> {
  const jobs = keysOf(town.id).queue('polecats');
  const link = await town.link();
  const takers = await link.pipeline(ids.map((id) => ['HGET', `${jobs}${id}.r1`, 'pb']));
  return takers.every((taker) => typeof taker === 'string' && !taker.includes(`/${old}/`));
}
