import { beacon } from './beacon.ts';
import { addressOf } from './holder.ts';
import { sanitise } from './nudge-text.ts';
import type { Agent } from './records.ts';
import { templateOf } from './roles.ts';

/**
 * The first words of a lasting agent's session, behind the line by which it is found in its program's own list. None for one that waits for a person at its
 * prompt (a mayor, crew): it costs nothing before somebody speaks to it.
 */
export function agentPrompt(agent: Agent, mode: 'fresh' | 'resume'): string | undefined {
  const { session, cycle, role } = agent;
  const { first, before } = session ?? {};
  if (first) return told(agent, first.by, 'message', sanitise(first.text));
  const follows = cycle !== undefined && cycle.session !== session?.id && !cycle.hurry;
  if (follows) return told(agent, 'gt', 'handoff', [FOLLOWS, GO_ON].join('\n'));
  if (templateOf(role) === 'interactive') return undefined;
  if (mode === 'resume')
    return told(
      agent,
      'gt',
      'resumed',
      `Your session ended (${before?.ended ?? 'nobody knows how'}). Commands that ran then are over. ${GO_ON}`,
    );
  const earlier = before ? [`An earlier session of yours ended (${before.ended}).`] : [];
  return told(
    agent,
    'gt',
    'start',
    [...earlier, `You are ${addressOf(agent)}. Run \`gt prime\` now: it says what that is. Then begin.`].join('\n'),
  );
}

/** The line of a session that waits for its first word: its conversation is known by it, though nobody has typed it. */
export const agentBeacon = (agent: Agent, mode: 'fresh' | 'resume'): string =>
  beaconOf(agent, 'gt', mode === 'fresh' ? 'start' : 'resumed');

const FOLLOWS = 'You follow an earlier session of your own, which left you a note: run `gt prime` and read it first.';
const GO_ON = 'Go on with what you were at.';

const told = (agent: Agent, from: string, topic: string, text: string): string => `${beaconOf(agent, from, topic)}\n\n${text}`;

const beaconOf = (agent: Agent, from: string, topic: string): string =>
  beacon({ to: addressOf(agent), from, at: agent.session?.at ?? agent.createdAt, topic });
