import { attachLasting } from '#cli/attach-lasting';
import { type Command, command, type Group } from '#cli/command';
import { withDesk } from '#cli/wire';
import { type LastingRole, placeOf, startAgent } from '#cli/wire-lasting';
import { gtFor } from '#core/agent-words';
import { isRefusal, type Refusal } from '#core/refusals';
import { restartAgent, stopAgent } from '#ops/stop-agent';
import { type AgentLine, agentLine } from '#views/agents';
import { farewell } from './attach.ts';

const AGENT = { name: 'agent', value: 'agent', help: 'whose program it is (default: what the settings say)' } as const;
const READ_ONLY = { name: 'read-only', short: 'r', help: 'only look: no key goes to the agent' } as const;
const CONTINUE = { name: 'continue', help: 'go on with the conversation of its last session' } as const;
const RIG = { name: 'rig', help: 'whose; the one that this directory is in if left out' } as const;

/** A command about the only one of a role: of the town, or of a rig. */
type Words = { readonly role: LastingRole; readonly isOfRig: boolean };

/** What is said of an agent that was started or stopped. */
export const startedText = ({ address, agent, role, rig, name, already }: AgentLine & { already: boolean }): string =>
  already
    ? `${address} is wanted already: ${gtFor({ role: role as LastingRole, rig, name }, 'attach')}`
    : `${address} is wanted${agent === '' ? '' : ` (${agent})`}, and comes: ${gtFor({ role: role as LastingRole, rig, name }, 'attach')}`;

/** Starts the one of a role. The words of a mayor or deacon are what it is told first. */
export function start({ role, isOfRig }: Words): Command {
  return command({
    args: [isOfRig ? RIG : { name: 'words', help: 'what it is told first; without them it waits at its prompt' }],
    options: [AGENT, CONTINUE],
    about: 'It is wanted from now on: it comes back after a crash, and with the town, until it is stopped.',
    example: isOfRig ? `gt ${role} start shop --agent claude` : `gt ${role} start`,
    run: async ({ args, opts, global, io }) => {
      const words = (args as { words?: string; rig?: string }).words;
      const begun = await startAgent(
        { global, io },
        { role, rig: (args as { rig?: string }).rig },
        { agent: opts.agent, goOn: opts.continue, first: words },
      );
      return isRefusal(begun) ? begun : { ...agentLine(begun.agent), already: begun.already };
    },
    text: startedText,
  });
}

type Call = Parameters<Command['run']>[0];

/** One line of an agent, after something was done to it. */
async function done(
  { global, io, args }: Call,
  { role }: Words,
  todo: (desk: Parameters<typeof stopAgent>[0], id: string) => ReturnType<typeof stopAgent>,
): Promise<AgentLine | Refusal> {
  return withDesk({ global, io }, { wait: 'person' }, async (town) => {
    const place = await placeOf(town, { role, rig: (args as { rig?: string }).rig }, io);
    if (isRefusal(place)) return place;
    const agent = await todo(town.desk, place.id);
    return isRefusal(agent) ? agent : agentLine(agent);
  });
}

export const stop = (of: Words): Command =>
  command({
    args: of.isOfRig ? [RIG] : [],
    about: 'Nobody wants it any more: its session is ended with grace, and it stays away until somebody starts it.',
    example: `gt ${of.role} stop`,
    run: (call) => done(call as unknown as Call, of, stopAgent),
    text: ({ address, pid }) => `${address} is not wanted any more${pid === null ? '.' : `; its session (process ${pid}) ends.`}`,
  });

export const restart = (of: Words): Command =>
  command({
    args: of.isOfRig ? [RIG] : [],
    options: [AGENT, CONTINUE],
    about: 'Ends its session, and starts a fresh one.',
    example: `gt ${of.role} restart`,
    run: (call) =>
      done(call as unknown as Call, of, (desk, id) =>
        restartAgent(desk, id, { goOn: call.opts.continue, agent: call.opts.agent }),
      ),
    text: ({ address }) => `${address} ends, and a new session follows.`,
  });

export const attach = (of: Words): Command =>
  command({
    args: of.isOfRig ? [RIG] : [],
    options: [AGENT, READ_ONLY],
    about:
      'Its terminal on yours; it is started when it is not there. Ctrl+\\ leaves, and it goes on; twice it goes to the agent.',
    example: `gt ${of.role} attach`,
    run: ({ args, opts, global, io, say }) =>
      attachLasting(
        { global, io, say },
        { role: of.role, rig: (args as { rig?: string }).rig, agent: opts.agent, readOnly: opts['read-only'] },
      ),
    text: farewell,
  });

/** The mayor: the agent that a person talks to. */
export const mayor: Group = roleGroup({ role: 'mayor', isOfRig: false });
export const deacon: Group = roleGroup({ role: 'deacon', isOfRig: false });
export const witness: Group = roleGroup({ role: 'witness', isOfRig: true });
export const refinery: Group = roleGroup({ role: 'refinery', isOfRig: true });

function roleGroup(of: Words): Group {
  return {
    verbs: {
      start: { help: 'Wants it from now on', load: () => start(of) },
      stop: { help: 'Wants it no more', load: () => stop(of) },
      restart: { help: 'Ends its session, and starts another', load: () => restart(of) },
      attach: { help: 'Its terminal, to look and to type', aliases: ['at'], load: () => attach(of) },
    },
  };
}
