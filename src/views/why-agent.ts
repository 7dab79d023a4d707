import { agentState } from '#core/agent-state';
import { gtFor } from '#core/agent-words';
import { agentLayers, resolveAgent } from '#core/agents';
import { addressOf } from '#core/holder';
import type { Agent, Work } from '#core/records';
import { relativeTime } from '#core/relative-time';
import { usingIndex } from '#core/standing-talk';
import type { Books } from '#world/store/books';
import { type Reason, reason } from './reason.ts';
import type { WhyFacts } from './why.ts';

/** What a lasting agent is at, and what keeps it from being there. */
export async function whyAgent(agent: Agent, { now, session: ask }: WhyFacts): Promise<Reason[]> {
  const address = addressOf(agent);
  const { session, wanted, broken, killed, asleep, waits, notBefore, deaths } = agent;
  const live = session && !session.exit ? session : undefined;
  if (live) {
    const fact = await ask(live.id);
    const { is, evidence, todo } = agentState(agent, { host: fact });
    const peek = todo ?? `gt peek ${address}`;
    return [reason(is, `${address} is ${is}.`, evidence, peek)];
  }
  const start = gtFor(agent, 'start');
  if (!wanted) return [reason('not-wanted', `Nobody wants ${address} now.`, 'it was stopped, or never started', start)];
  if (broken) return [reason('broken', `${address} is not started again.`, broken.why, start)];
  if (killed) return [reason('killed', `${address} was killed.`, `by ${killed.by}, ${relativeTime(killed.at, now)}`, start)];
  if (asleep)
    return [reason('asleep', `${address} sleeps, and has no session.`, `put to sleep by ${asleep.by}`, `gt wake ${address}`)];
  if (waits) return [reason('waits', `${address} waits.`, waits.why)];
  if (notBefore !== undefined && notBefore > now)
    return [
      reason(
        'pause',
        `The session of ${address} ended by itself.`,
        `${deaths} in a row; the next one starts ${relativeTime(notBefore, now)}`,
        start,
      ),
    ];
  return [reason('starting', `${address} is about to start.`, `session ${agent.sessions + 1}`)];
}

/** Why no agent program is free for an item, if all that may run do: polecats and lasting agents count together. */
export async function whyNoProgram(books: Books, { rigs, town }: WhyFacts, work: Work): Promise<Reason | undefined> {
  const rig = rigs.find((one) => one.name === work.rig);
  if (!rig) return undefined;
  const { agent } = resolveAgent(
    agentLayers({ work: work.agent ?? work.molAgent, worker: work.hold?.name, role: 'polecat', settings: rig.settings }),
  );
  const limit = town.maxSessions?.[agent];
  const live = limit === undefined ? 0 : await books.count(usingIndex(agent));
  if (limit === undefined || live < limit) return undefined;
  return reason(
    'program-full',
    `All sessions of ${agent} that may run do.`,
    `${live} of ${limit}: see gt agents list`,
    'raise max_sessions_per_agent in settings/config.json',
  );
}
