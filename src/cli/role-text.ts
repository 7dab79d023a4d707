import { CODE_ROLES, gtFor } from '#core/agent-words';
import { duration, relativeTime } from '#core/relative-time';
import type { AgentLine } from '#views/agents';
import type { RoleView } from '#views/role-view';
import { queueText } from './cmd/mq-list.ts';
import { polecatsText } from './cmd/polecat-list.ts';
import type { Palette } from './colour.ts';
import type { Show } from './command.ts';
import { table } from './table.ts';

/** Lasting agents, and what roles do that are code, for people. */

const painted = (state: string, paint: Palette): string =>
  state === 'blocked' ? paint.red(state) : state === 'stopped' || state === 'exited' ? paint.dim(state) : state;

/** One line of an agent: who, what it is at, its program and process, how long, and what it does or why it does nothing. */
export const agentRow = (
  { address, state, agent, pid, since, doing, evidence, todo }: AgentLine,
  { paint, now }: Pick<Show, 'paint' | 'now'>,
): string[] => [
  paint.bold(address),
  painted(state, paint),
  agent,
  pid === null ? '' : String(pid),
  duration(now - since),
  doing ?? (todo === null ? evidence : `${evidence}: ${todo}`),
];

const AGENT_HEADS = ['AGENT', 'STATE', 'PROGRAM', 'PID', 'AGE', 'WHAT'];

export function agentsText(agents: readonly AgentLine[], show: Pick<Show, 'paint' | 'now'>): string {
  if (agents.length === 0) return 'No agent is here. Talk to one: gt mayor attach';
  return table(
    agents.map((one) => agentRow(one, show)),
    AGENT_HEADS.map(show.paint.dim),
  );
}

/** What a role does, and who does it. */
export function roleText(view: RoleView, show: Pick<Show, 'paint' | 'now'>): string {
  const { role, rig, agent } = view;
  const { paint } = show;
  const isCode = CODE_ROLES.some((one) => one === role);
  const name = rig === '' ? role : `${rig}/${role}`;
  const who =
    agent && (agent.wanted || !isCode)
      ? agentRow(agent, show).join('  ')
      : `${paint.bold(name)}${isCode ? ' is gt itself: no agent sits there.' : ' is not wanted.'}`;
  const start = gtFor({ role, rig, name: agent?.name ?? role }, 'start');
  const hint = isCode ? `Put an agent there: ${start} --agent claude` : `Start it: ${start}`;
  const hints = agent?.wanted || role === 'boot' ? [] : [paint.dim(hint)];
  return [who, ...codeText(view, show), ...hints].join('\n\n');
}

function codeText({ patrol, queue, polecats, processes }: RoleView, show: Pick<Show, 'paint' | 'now'>): string[] {
  const { paint, now } = show;
  if (queue) return [queueText(queue, paint, now)];
  if (polecats) return [polecatsText(polecats, show)];
  if (processes)
    return [
      table(
        processes.map(({ name, pid, state, since }) => [
          name,
          state,
          pid === null ? '' : String(pid),
          since === null ? '' : duration(now - since),
        ]),
      ),
    ];
  if (!patrol) return [];
  const { lastAt, running, ticks, repaired, skipped } = patrol;
  const last =
    running !== null
      ? `on its rounds since ${relativeTime(running, now)}`
      : lastAt === null
        ? 'no round yet'
        : `last round ${relativeTime(lastAt, now)}`;
  return [`${last}; ${ticks} in all, ${repaired} things mended, ${skipped} skipped`];
}
