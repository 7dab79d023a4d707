import { menuText } from '#cli/agent-menu';
import { attachLasting } from '#cli/attach-lasting';
import { type Call, command, type Group } from '#cli/command';
import { FullScreen } from '#cli/full-screen';
import { showOn } from '#cli/live-view';
import { agentsText } from '#cli/role-text';
import { withDesk } from '#cli/wire';
import { visit } from '#cli/wire-attach';
import type { LastingRole } from '#cli/wire-lasting';
import { ownTerminal } from '#cli/wire-terminal';
import { explain, isRefusal, type Refusal } from '#core/refusals';
import { type AgentLine, agentList } from '#views/agents';
import { farewell } from './attach.ts';

/** All agents of the town: a menu on a terminal, else a list. */

/** How often the menu looks again, ms. */
const LOOK_MS = 1000;

const listed = (call: Pick<Call, 'global' | 'io'>) => withDesk(call, { wait: 'person' }, (town) => agentList(town.desk.books));

const list = command({
  about: 'Those that last, wanted or not, and polecats at work.',
  example: 'gt agents list --json',
  run: listed,
  text: agentsText,
});

const menu = command({
  about:
    'Arrow keys or j and k choose, Enter or a number attaches, Ctrl+\\ comes back to the menu, q leaves. With a pipe: the list.',
  example: 'gt agents',
  run: async (call): Promise<readonly AgentLine[] | Refusal> => {
    const agents = await listed(call);
    if (isRefusal(agents) || call.global.json || !ownTerminalIsThere(call)) return agents;
    return choose(call, agents);
  },
  text: (agents, show) => (show.width === Number.POSITIVE_INFINITY ? agentsText(agents, show) : ''),
});

const ownTerminalIsThere = ({ io }: Pick<Call, 'io'>): boolean =>
  io.outIsTerminal && io.stdin === undefined && io.env['GT_SESSION'] === undefined;

/** The menu, until somebody leaves it. */
async function choose(
  call: Pick<Call, 'global' | 'io' | 'say'>,
  first: readonly AgentLine[],
): Promise<readonly AgentLine[] | Refusal> {
  let [agents, at, said] = [first, 0, ''];
  for (;;) {
    const picked = await pick(call, agents, { at, said });
    if (isRefusal(picked)) return picked;
    ({ agents, at } = picked);
    const one = picked.isLeft ? undefined : agents[at];
    if (!one) return agents;
    const left = await enter(call, one);
    said = isRefusal(left) ? explain(left).says : farewell(left);
  }
}

/** Attaches to the one that was chosen; a lasting agent that is not there is started. */
const enter = (call: Pick<Call, 'global' | 'io' | 'say'>, { role, rig, name, address }: AgentLine) =>
  role === 'polecat'
    ? visit(call, { agent: address, readOnly: false, verb: 'agents' })
    : attachLasting(call, { role: role as LastingRole, rig, name: rig === '' ? name : `${rig}/${name}`, readOnly: false });

type Picked = { readonly agents: readonly AgentLine[]; readonly at: number; readonly isLeft: boolean };

async function pick(
  call: Pick<Call, 'global' | 'io'>,
  first: readonly AgentLine[],
  { at: from, said }: { at: number; said: string },
): Promise<Picked | Refusal> {
  const terminal = ownTerminal();
  if (!terminal) return { agents: first, at: 0, isLeft: true };
  const screen = new FullScreen(terminal);
  let [agents, at] = [first, from];
  try {
    for (;;) {
      at = Math.max(0, Math.min(at, agents.length - 1));
      screen.paint(menuText(agents, at, said, showOn(call)));
      const key = await screen.key(LOOK_MS);
      if (key === 'quit') return { agents, at, isLeft: true };
      if (key === 'up') at--;
      else if (key === 'down') at++;
      else if (key === 'enter' && agents.length > 0) return { agents, at, isLeft: false };
      else if (typeof key === 'number' && key <= agents.length) return { agents, at: key - 1, isLeft: false };
      else {
        const again = await listed(call);
        if (isRefusal(again)) return again;
        // The one that is chosen stays chosen, wherever it stands now.
        const where = again.findIndex(({ id }) => id === agents[at]?.id);
        [agents, at] = [again, where < 0 ? at : where];
      }
    }
  } finally {
    screen.close();
  }
}

export const agents: Group = {
  bare: 'menu',
  verbs: {
    list: { help: 'Lists them', aliases: ['ls'], load: () => list },
    menu: { help: 'Choose one, and attach', load: () => menu },
  },
};
