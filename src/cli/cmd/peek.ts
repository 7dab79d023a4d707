import { type Peek, peek as peeked } from '#chores/peek';
import { agentMeant } from '#cli/agent-run';
import { unpainted, wantsColour } from '#cli/colour';
import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { type Visited, visit } from '#cli/wire-attach';
import { openHost } from '#cli/wire-facts';
import { screenOf } from '#cli/wire-screen';
import { isRefusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { farewell } from './attach.ts';

/** What an agent's terminal shows. */
export const peek = command({
  args: [{ name: 'agent', required: true, help: 'an agent (mayor, rig/name, or a name), a work item, a run' }],
  options: [
    { name: 'lines', short: 'n', value: 'count', help: 'how many lines (default 40)' },
    { name: 'follow', short: 'f', help: 'go on showing it, as `gt watch` does' },
  ],
  example: 'gt peek shop/toast -n 100',
  run: ({ args: { agent }, opts, global, io }) => {
    if (opts.follow) return visit({ global, io }, { agent, readOnly: true, verb: 'peek --follow' });
    const lines = Number(opts.lines ?? 40);
    if (!Number.isInteger(lines) || lines < 1)
      return refuse('USAGE', { what: `--lines cannot be \`${opts.lines}\`.`, hint: 'Take a whole number from 1 on.' });
    return withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const holder = await agentMeant(town, agent);
      if (isRefusal(holder)) return holder;
      const host = await openHost(town);
      try {
        return await peeked(host, holder, {
          lines,
          screen: await screenOf(town, holder),
          colour: wantsColour({ env: io.env, terminal: io.outIsTerminal, off: global.json }),
        });
      } finally {
        if (!isRefusal(host)) host.close();
      }
    });
  },
  text: (shown: Peek | Visited, { paint, now }) => {
    if ('left' in shown) return farewell(shown);
    const { agent, session, work, agentState, pid, lastOutputAt, text, title } = shown;
    const { is, evidence, todo } = agentState;
    const last = lastOutputAt === null ? '' : `; last output ${relativeTime(lastOutputAt, now)}`;
    const state = is === 'blocked' ? paint.red(is) : is;
    const whose = [`${session} of ${work}`, ...(pid === null ? [] : [`process ${pid}`]), ...(title === undefined ? [] : [title])];
    const head = [`${paint.bold(agent)} ${state}: ${evidence}${last}`, ...(todo === null ? [] : [paint.cyan(todo)])];
    const isPainted = paint.bold('x') !== 'x';
    return `${head.join('\n')}\n${paint.dim(whose.join(', '))}\n\n${isPainted ? text : unpainted(text)}`;
  },
});
