import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredEvent } from '#world/store/tail';
import type { Cast, Kills, Say } from './demo.ts';
import { CHECK, PIECES, PLANTED_FAULT, REPOSITORIES } from './demo-plot.ts';
import type { TrialTown } from './trial-town.ts';

/** Runs the rig's check on every first-parent commit of each target, and on a planted bad tree, which must fail. @returns whether all was as it should be */
export async function provenGreen(town: TrialTown, say: Say): Promise<boolean> {
  let green = true;
  for (const rig of Object.keys(REPOSITORIES)) {
    const source = join(town.dir, rig);
    say(`\n$ git -C ${rig} log --oneline --graph\n${await town.git(source, ['log', '--oneline', '--graph'])}`);
    const clone = join(town.dir, `proof-${rig}`);
    await town.git(town.dir, ['clone', '-q', source, clone]);
    const commits = (await town.git(clone, ['rev-list', '--first-parent', 'main'])).split('\n');
    const red: string[] = [];
    for (const commit of commits) {
      await town.git(clone, ['checkout', '-q', '--detach', commit]);
      if (!passes(clone, town.env)) red.push(commit.slice(0, 8));
    }
    say(
      `${rig}: \`${CHECK}\` on each of ${commits.length} first-parent commits: ${red.length === 0 ? 'all green' : `RED at ${red.join(', ')}`}`,
    );
    green &&= red.length === 0;
    if (rig === 'calculator') green &&= plantedIsRed(clone, town.env, say);
  }
  return green;
}

function plantedIsRed(clone: string, env: NodeJS.ProcessEnv, say: Say): boolean {
  writeFileSync(join(clone, PLANTED_FAULT.file), PLANTED_FAULT.text);
  const red = !passes(clone, env);
  say(`the same check on a planted bad tree: ${red ? 'fails, as it must' : 'PASSES: it proves nothing'}`);
  return red;
}

function passes(cwd: string, env: NodeJS.ProcessEnv): boolean {
  try {
    execFileSync('sh', ['-c', CHECK], { cwd, env, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What the demo is there to show and did not: dependency wait, conflict, failed check, both landed after rework, kill, adoption. Empty when all was shown. */
export function verdictOf(events: readonly StoredEvent[], ids: Cast, kills: Kills): string[] {
  const lacks: string[] = [];
  const first = (type: string, subject: string) => events.findIndex((one) => one.type === type && one.subject === subject);
  for (const { key, needs } of PIECES)
    for (const need of needs)
      if (first('run.granted', `${ids[key]}.r1`) < first('work.closed', ids[need] ?? '')) lacks.push(`${key} waits for ${need}`);
  const returned = (kind: string) => events.filter((one) => one.type === 'merge.returned' && one.data['kind'] === kind);
  if (returned('conflict').length === 0) lacks.push('a conflict that came back');
  if (returned('checks').length === 0) lacks.push('a failed check that came back');
  const landed = new Set(events.filter((one) => one.type === 'merge.landed').map((one) => String(one.data['work'])));
  for (const { key } of PIECES) if (!landed.has(ids[key] ?? '')) lacks.push(`${key} landed`);
  for (const { subject, data } of events.filter((one) => one.type === 'merge.returned'))
    if (!landed.has(String(data['work']))) lacks.push(`${subject} landed after rework`);
  const killed = events.find((one) => one.type === 'session.exited' && one.subject === `${ids['long']}.r1`);
  if (Number(killed?.data['signal']) !== 9) lacks.push('an agent killed in the middle of its work');
  if (kills.worker.after === kills.worker.before || kills.worker.after === 0) lacks.push('a new worker after the kill');
  if (kills.lived.size === 0) lacks.push('agents that lived through the kill of the worker');
  for (const [session, [before, after]] of kills.lived) {
    const ended = events.some(
      (one) => one.type === 'session.exited' && one.data['session'] === session && one.data['code'] === 0,
    );
    if (before !== after && !ended) lacks.push(`${session} went on as process ${before}`);
  }
  return lacks;
}

/** The sums at the end. */
export function tellSummary(say: Say, events: readonly StoredEvent[], ids: Cast, kills: Kills, seconds: number): void {
  const count = (type: string) => events.filter((one) => one.type === type).length;
  const lived = [...kills.lived].map(([session, [before, after]]) => `${session}: ${before} → ${after || 'ended well'}`);
  say(`
summary
  landed        ${count('merge.landed')} of ${Object.keys(ids).length}
  reworked      ${count('merge.returned')}
  escalated     ${count('escalation.opened')}
  runs          ${count('run.granted')}
  check runs    ${count('check.ended')}
  time          ${seconds.toFixed(0)} s
  agent killed  pid ${kills.agent}
  worker killed pid ${kills.worker.before}, then pid ${kills.worker.after}
  agents that lived through it
    ${lived.join('\n    ')}`);
}
