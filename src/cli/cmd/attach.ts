import { command } from '#cli/command';
import { type Visited, visit } from '#cli/wire-attach';
import { endedInWords } from '#core/conversation';

const AGENT = {
  name: 'agent',
  help: 'a polecat (rig/name, or its name), a work item, a session; the only one that works if left out',
};

/** An agent's terminal on the caller's. */
export const attach = command({
  args: [AGENT],
  options: [{ name: 'read-only', short: 'r', help: 'only look: no key goes to the agent, and its screen keeps its size' }],
  about:
    'Ctrl+\\ leaves, and the agent goes on; twice it goes to the agent. Another key: attach.detach_key, or GT_DETACH_KEY. Should gt be killed by SIGKILL, `reset` mends the terminal.',
  example: 'gt attach shop/toast',
  run: ({ args: { agent }, opts, global, io }) => visit({ global, io }, { agent, readOnly: opts['read-only'], verb: 'attach' }),
  text: farewell,
});

/** The same, only to look. */
export const watch = command({
  args: [AGENT],
  about: 'Ctrl+C or Ctrl+\\ leaves. A screen of another size is shown as far as it fits.',
  example: 'gt watch shop/toast',
  run: ({ args: { agent }, global, io }) => visit({ global, io }, { agent, readOnly: true, verb: 'watch' }),
  text: farewell,
});

/** What is said when the terminal is given back. */
export function farewell(visited: Visited): string {
  const { agent } = visited;
  if (visited.left !== 'ended') return `Left ${agent}, which goes on.`;
  const { exit, why } = visited;
  return `${agent} has ended: ${exit ? endedInWords(exit) : 'its terminal was lost'}${why ? `; ${why}` : ''}.`;
}
