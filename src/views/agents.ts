import { type AgentState, agentState } from '#core/agent-state';
import { addressOf } from '#core/holder';
import type { Agent } from '#core/records';
import type { Books } from '#world/store/books';
import { type Polecat, polecatList } from './polecat-list.ts';

/** An agent in the list of all: one that lasts, or a polecat at work. */
export type AgentLine = {
  readonly id: string;
  readonly address: string;
  readonly role: string;
  readonly rig: string;
  readonly name: string;
  /** The preset of its program; empty before its first session where only the settings say. */
  readonly agent: string;
  /** What it is at, how that is known, and what a person is to do about it. */
  readonly state: AgentState['is'] | 'stopped';
  readonly evidence: string;
  readonly todo: string | null;
  readonly wanted: boolean;
  readonly session: string | null;
  readonly pid: number | null;
  /** Since when its session is there, else since when it is as it is. */
  readonly since: number;
  /** The work in its hands; null where that is nobody's question. */
  readonly doing: string | null;
  readonly dir: string;
};

/** A lasting agent as lists show it. */
export function agentLine(agent: Agent): AgentLine {
  const { id, role, rig, name, using, wanted, session, dir, createdAt } = agent;
  const { is, evidence, todo } = agentState(agent, {});
  const live = session && !session.exit ? session : undefined;
  return {
    id,
    address: addressOf(agent),
    role,
    rig,
    name,
    agent: (live ? using : (agent.agent ?? using)) ?? '',
    state: !wanted && !live ? 'stopped' : is,
    evidence,
    todo,
    wanted: wanted !== undefined,
    session: live?.id ?? null,
    pid: live?.pid ?? null,
    since: live?.at ?? session?.exit?.at ?? wanted?.at ?? createdAt,
    doing: null,
    dir,
  };
}

const polecatLine = ({
  run,
  address,
  rig,
  name,
  agent,
  state,
  evidence,
  todo,
  session,
  pid,
  since,
  work,
  title,
  dir,
}: Polecat): AgentLine => ({
  id: run,
  address,
  role: 'polecat',
  rig,
  name,
  agent,
  state,
  evidence,
  todo,
  wanted: true,
  session: pid === null ? null : session,
  pid,
  since,
  doing: `${work} ${title}`,
  dir,
});

const ROLES = ['mayor', 'deacon', 'boot', 'dog', 'witness', 'refinery', 'crew'];

/** The agents that last: of a rig, or of the whole town; those of the town first, then by rig and role. */
export async function lastingList(books: Books, rig?: string): Promise<AgentLine[]> {
  const agents = await books.readMany('agent', await books.index(rig === undefined ? 'agents' : `agents:${rig}`));
  const place = ({ role }: AgentLine) => ROLES.indexOf(role);
  return agents.map(agentLine).sort((a, b) => order(a.rig, b.rig) || place(a) - place(b) || order(a.name, b.name));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** All agents: those that last, then polecats at work, oldest first. */
export async function agentList(books: Books): Promise<AgentLine[]> {
  const [lasting, polecats] = await Promise.all([lastingList(books), polecatList(books)]);
  return [...lasting, ...polecats.map(polecatLine)];
}
