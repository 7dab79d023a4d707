import { peek as peeked } from '#chores/peek';
import { unpainted, wantsColour } from '#cli/colour';
import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { nobodyNamed } from '#cli/wire-addresses';
import { openHost } from '#cli/wire-facts';
import { openRigs } from '#cli/wire-rigs';
import { isRefusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { runOf } from '#views/run-of';

/** What an agent's terminal shows. */
export const peek = command({
  args: [{ name: 'agent', required: true, help: 'a polecat (rig/name, or its name), a work item, a run' }],
  options: [{ name: 'lines', short: 'n', value: 'count', help: 'how many lines (default 40)' }],
  example: 'gt peek shop/toast -n 100',
  run: ({ args: { agent }, opts, global, io }) => {
    const lines = Number(opts.lines ?? 40);
    if (!Number.isInteger(lines) || lines < 1)
      return refuse('USAGE', { what: `--lines cannot be \`${opts.lines}\`.`, hint: 'Take a whole number from 1 on.' });
    return withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const rigs = await openRigs(town);
      if (isRefusal(rigs)) return rigs;
      const { books } = town.desk;
      const run = await runOf(books, rigs, agent);
      if (!run) return nobodyNamed(agent, town);
      const host = await openHost(town);
      try {
        return await peeked(host, run, {
          lines,
          colour: wantsColour({ env: io.env, terminal: io.outIsTerminal, off: global.json }),
        });
      } finally {
        if (!isRefusal(host)) host.close();
      }
    });
  },
  text: ({ agent, session, work, state, pid, lastOutputAt, text, title }, { paint, now }) => {
    const process = pid === null ? '' : `, process ${pid}`;
    const last = lastOutputAt === null ? '' : `, last output ${relativeTime(lastOutputAt, now)}`;
    const named = title === undefined ? '' : `\n${paint.dim(title)}`;
    const isPainted = paint.bold('x') !== 'x';
    return `${paint.bold(agent)} on ${work}: ${session} ${state}${process}${last}${named}\n\n${isPainted ? text : unpainted(text)}`;
  },
});
