import { agentState } from '#core/agent-state';
import { isCycling } from '#core/cycle';
import type { Run } from '#core/records';
import { duration, relativeTime } from '#core/relative-time';
import { type Reason, reason } from './reason.ts';
import type { WhyFacts } from './why.ts';

/** An agent that has printed nothing for so long is called silent (ms): it may think, or it may hang. */
const SILENT_MS = 2 * 60_000;

/** What a live run is at, and what may hold it up. */
export async function whyRun(run: Run, { now, session }: WhyFacts): Promise<Reason[]> {
  const address = `${run.rig}/${run.name}`;
  const peek = `gt peek ${address}`;
  if (run.state === 'granted')
    return [reason('preparing', `${address} gets its worktree.`, `it got its slot ${relativeTime(run.grantedAt, now)}`)];
  if (run.submitted)
    return [reason('leaving', `${run.work} is handed in; its agent is leaving.`, relativeTime(run.submitted.at, now))];
  const current = run.session;
  const aside = run.killed ?? run.asleep;
  if (aside) return [whyAside(run, aside, now)];
  if (run.released)
    return [reason('released', `${run.work} was taken off its hook; its session is being ended.`, `by ${run.released.by}`)];
  if (isCycling(run) && current)
    return [
      reason(
        'handed-off',
        `The session of ${address} makes room for a fresh one.`,
        `${run.cycle?.why}, asked ${relativeTime(run.cycle?.at ?? now, now)} by ${run.cycle?.by}`,
        `gt resume ${address}`,
      ),
    ];
  if (!current || current.exit) {
    if (run.notBefore !== undefined && run.notBefore > now)
      return [
        reason(
          'pause',
          `The agent of ${address} ended without \`gt done\`.`,
          `${run.deaths} in a row; the next one starts ${relativeTime(run.notBefore, now)}`,
        ),
      ];
    return [reason('starting', `${address} is about to start its agent.`, `session ${run.sessions + 1} of ${run.id}`)];
  }
  const fact = await session(current.id);
  const { is, evidence, todo } = agentState(run, { host: fact });
  if (is === 'blocked') return [reason('asks', `Needs you: the agent of ${address} asks something.`, evidence, todo)];
  if (is === 'limited') return [reason('limited', `The agent of ${address} has come to a limit.`, evidence, peek)];
  if (current.ackedAt === undefined)
    return [
      reason(
        'starting',
        `The agent of ${address} has not called yet.`,
        `session ${current.id}, started ${relativeTime(current.at, now)}`,
        peek,
      ),
    ];
  if (!fact)
    return [
      reason(
        'working',
        `${address} works on it.`,
        `since ${relativeTime(current.ackedAt, now)}; the host tells nothing of its session`,
        peek,
      ),
    ];
  if (fact.state !== 'running')
    return [reason('ended', `The agent of ${address} has ended.`, 'its exit is about to be noted', peek)];
  const quiet = now - fact.lastOutputAt;
  if (quiet >= SILENT_MS)
    return [
      reason('silent', `The agent of ${address} has been silent for ${duration(quiet)}.`, `process ${fact.pid} lives`, peek),
    ];
  return [reason('working', `${address} works on it.`, `last output ${relativeTime(fact.lastOutputAt, now)}`, peek)];
}

function whyAside(run: Run, aside: NonNullable<Run['killed']>, now: number): Reason {
  const how = run.killed ? 'killed' : 'put to sleep';
  const address = `${run.rig}/${run.name}`;
  return reason(
    run.killed ? 'killed' : 'asleep',
    `${address} was ${how}: nothing of it is started again.`,
    `by ${aside.by}, ${relativeTime(aside.at, now)}`,
    `gt wake ${address}`,
  );
}
