import { agentState, asksOfPerson } from '#core/agent-state';
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
  const start = agentState(run, {});
  if (start.is === 'starting' && start.todo !== null)
    return [reason('cannot-start', `Needs you: the agent of ${address} cannot be started.`, start.evidence, start.todo)];
  if (run.state === 'granted')
    return [reason('preparing', `${address} gets its worktree.`, `it got its slot ${relativeTime(run.grantedAt, now)}`)];
  if (run.submitted)
    return [reason('leaving', `${run.work} is handed in; its agent is leaving.`, relativeTime(run.submitted.at, now))];
  if (run.manual) {
    const { evidence, todo } = agentState(run, {});
    const said =
      run.session?.ackedAt === undefined
        ? 'nobody has called gt there yet'
        : `it was begun ${relativeTime(run.session.ackedAt, now)}`;
    return [reason('by-hand', `${address}: ${evidence}.`, said, todo)];
  }
  const current = run.session;
  const asked = whyAsked(run, now);
  if (asked) return [asked];
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
  if (asksOfPerson({ is, todo }))
    return [
      reason(is === 'limited' ? 'limited' : 'turn-failed', `Needs you: nothing goes on at ${address} by itself.`, evidence, todo),
    ];
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

/** What somebody asked of a run, that keeps it from its work. */
function whyAsked(run: Run, now: number): Reason | undefined {
  const { work, killed, asleep, released, cycle } = run;
  const address = `${run.rig}/${run.name}`;
  const aside = killed ?? asleep;
  if (aside)
    return reason(
      killed ? 'killed' : 'asleep',
      `${address} was ${killed ? 'killed' : 'put to sleep'}: nothing of it is started again.`,
      `by ${aside.by}, ${relativeTime(aside.at, now)}`,
      `gt wake ${address}`,
    );
  if (released) return reason('released', `${work} was taken off its hook; its session is being ended.`, `by ${released.by}`);
  if (!cycle || !isCycling(run)) return undefined;
  const when = `${cycle.why}, asked ${relativeTime(cycle.at, now)} by ${cycle.by}`;
  return reason('handed-off', `The session of ${address} makes room for a fresh one.`, when, `gt resume ${address}`);
}
