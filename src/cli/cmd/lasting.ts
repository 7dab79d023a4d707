import { attachLasting } from '#cli/attach-lasting';
import { type Command, command, type Group } from '#cli/command';
import { liveView } from '#cli/live-view';
import { lookAtRole } from '#cli/role-look';
import { roleText } from '#cli/role-text';
import { namedBy, wordsOf } from '#cli/role-words';
import { type OpenTown, withDesk } from '#cli/wire';
import type { Visited } from '#cli/wire-attach';
import { type LastingRole, nobody, type Place, placeOf, startAgent } from '#cli/wire-lasting';
import { CODE_ROLES, gtFor } from '#core/agent-words';
import { addressOf } from '#core/holder';
import type { Agent } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { restartAgent, stopAgent } from '#ops/stop-agent';
import { type AgentLine, agentLine } from '#views/agents';
import type { RoleView } from '#views/role-view';
import { farewell } from './attach.ts';

/** The commands that every role of a lasting agent has. */

const AGENT = { name: 'agent', value: 'agent', help: 'whose program it is (default: what the settings say)' } as const;
const CONTINUE = { name: 'continue', help: 'go on with the conversation of its last session' } as const;
const READ_ONLY = { name: 'read-only', short: 'r', help: 'only look: no key goes to the agent' } as const;
const WORDS = { name: 'words', help: 'what it is told first; without them it waits at its prompt' } as const;

type Call = Parameters<Command['run']>[0];
type Opts = { readonly agent?: string; readonly continue: boolean; readonly 'read-only': boolean };
const optsOf = (call: Call): Opts => call.opts as unknown as Opts;

/** What is said of an agent that was wanted. */
export function startedText({ address, agent, role, rig, name, already }: AgentLine & { readonly already: boolean }): string {
  const attach = gtFor({ role: role as LastingRole, rig, name }, 'attach');
  const with_ = agent === '' ? '' : ` (${agent})`;
  return already ? `${address} is wanted already${with_}: ${attach}` : `${address} is wanted${with_}, and comes: ${attach}`;
}

export function start(role: LastingRole): Command {
  const { args, options, example } = wordsOf(role);
  return command({
    args: [...args, WORDS],
    options: [...options, AGENT, CONTINUE],
    about: 'It is wanted from now on: it comes back after a crash, and with the town, until it is stopped.',
    example: `gt ${role} start${example}`,
    run: async (call) => {
      const { agent, continue: goOn } = optsOf(call as never);
      const first = (call.args as { words?: string }).words;
      const begun = await startAgent(call, namedBy(role, call.args, call.opts), { agent, goOn, first });
      return isRefusal(begun) ? begun : { ...agentLine(begun.agent), already: begun.already };
    },
    text: startedText,
  });
}

/** Who never was there: crew and dogs are made first, the others started. */
const notMade = async (place: Place, town: OpenTown): Promise<Refusal> =>
  place.role === 'crew' || place.role === 'dog'
    ? nobody(place, town)
    : refuse('AGENT_NOT_MADE', { agent: addressOf(place as Agent), hint: `Put one there: \`${gtFor(place, 'start')}\`.` });

/** Does something to the one that is named, and shows it as it is after. */
function change(
  call: Call,
  role: LastingRole,
  todo: (desk: Parameters<typeof stopAgent>[0], id: string) => ReturnType<typeof stopAgent>,
): Promise<AgentLine | Refusal> {
  return withDesk(call, { wait: 'person' }, async (town) => {
    const place = await placeOf(town, namedBy(role, call.args, call.opts), call.io);
    if (isRefusal(place)) return place;
    const agent = await todo(town.desk, place.id);
    if (isRefusal(agent)) return agent.refused === 'AGENT_NOT_MADE' ? notMade(place, town) : agent;
    return agentLine(agent);
  });
}

export function stop(role: LastingRole): Command {
  const { args, options, example } = wordsOf(role);
  return command({
    args,
    options,
    about: 'Nobody wants it any more: its session is ended with grace, and it stays away until somebody starts it.',
    example: `gt ${role} stop${example}`,
    run: (call) => change(call as never, role, stopAgent),
    text: ({ address, pid }) => `${address} is not wanted any more${pid === null ? '.' : `; its session (process ${pid}) ends.`}`,
  });
}

export function restart(role: LastingRole): Command {
  const { args, options, example } = wordsOf(role);
  return command({
    args,
    options: [...options, AGENT, CONTINUE],
    about: 'Ends its session, and starts another: a fresh conversation unless said otherwise.',
    example: `gt ${role} restart${example}`,
    run: (call) => {
      const { agent, continue: goOn } = optsOf(call as never);
      return change(call as never, role, (desk, id) => restartAgent(desk, id, { goOn, agent }));
    },
    text: ({ address }) => `${address} ends, and a new session follows.`,
  });
}

export function attach(role: LastingRole): Command {
  const { args, options, example } = wordsOf(role);
  const isCode = CODE_ROLES.some((one) => one === role);
  return command({
    args,
    options: [...options, AGENT, READ_ONLY],
    about: `Its terminal on yours${isCode ? '; without an agent there what gt itself does in its place, and q leaves' : ', started when it is not there'}. Ctrl+\\ leaves, and it goes on; twice it goes to the agent.`,
    example: `gt ${role} attach${example}`,
    run: async (call): Promise<Visited | RoleView | Refusal> => {
      const { agent, 'read-only': readOnly } = optsOf(call as never);
      const named = namedBy(role, call.args, call.opts);
      if (isCode && agent === undefined) {
        const view = await look(call as never, role);
        if (isRefusal(view) || !view.agent?.wanted)
          return view && isRefusal(view) ? view : liveView(call, () => look(call as never, role), roleText);
      }
      return attachLasting(call, { ...named, agent, readOnly });
    },
    text: (value, show) =>
      'role' in value ? (show.width === Number.POSITIVE_INFINITY ? roleText(value, show) : '') : farewell(value),
  });
}

const look = (call: Call, role: LastingRole): Promise<RoleView | Refusal> =>
  withDesk(call, { wait: 'person' }, (town) => lookAtRole(town, namedBy(role, call.args, call.opts), call.io));

export function status(role: LastingRole): Command {
  const { args, options, example } = wordsOf(role);
  return command({
    args,
    options,
    about: 'Who is there, and what gt itself does in that role.',
    example: `gt ${role} status${example}`,
    run: (call) => look(call as never, role),
    text: roleText,
  });
}

/** What every role has; crew and dogs have more. */
export const roleVerbs = (role: LastingRole): Group['verbs'] => ({
  start: { help: 'Wants it from now on', load: () => start(role) },
  stop: { help: 'Wants it no more', load: () => stop(role) },
  restart: { help: 'Ends its session, and starts another', load: () => restart(role) },
  attach: { help: 'Its terminal, to look and to type', aliases: ['at'], load: () => attach(role) },
  status: { help: 'Who is there, and what it does', load: () => status(role) },
});

export const mayor: Group = { verbs: roleVerbs('mayor') };
export const deacon: Group = { verbs: roleVerbs('deacon') };
export const witness: Group = { verbs: roleVerbs('witness') };
export const refinery: Group = { verbs: roleVerbs('refinery') };
/** Boot is the supervisor's part: it has no agent. */
export const boot: Group = {
  bare: 'status',
  verbs: {
    status: { help: 'What keeps the town running', load: () => status('boot') },
    attach: { help: 'The same, as it changes', aliases: ['at'], load: () => attach('boot') },
  },
};
