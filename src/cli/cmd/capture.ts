import { command } from '#cli/command';
import { type Captured, captured } from '#cli/wire-capture';
import { parseDuration } from '#core/durations';
import { isRefusal, refuse } from '#core/refusals';

const TIMEOUT = '60s';
const EXIT_LATE = 6;
const EXIT_INTERRUPTED = 130;

/** A shell command in an agent's place. */
export const capture = command({
  args: [
    { name: 'agent', required: true, help: 'an agent, or the work item that it has' },
    { name: 'command', required: true, many: true, help: 'a line of shell' },
  ],
  options: [
    {
      name: 'timeout',
      value: 'time',
      help: `how long it may take (default ${TIMEOUT}): then it is ended with all that it started`,
    },
  ],
  about:
    "It runs in the agent's worktree and environment, beside its session, which does not notice. It has not the agent's token: what it says to gt is not the agent's word. Output and exit code are the command's; 6 when it took too long. With --json output is kept and printed at the end (1 MB).",
  example: 'gt capture shop/toast "git status --short"',
  run: async ({ args: { agent, command: words }, opts, global, io, say }) => {
    const timeoutMs = parseDuration(opts.timeout ?? TIMEOUT);
    if (!timeoutMs)
      return refuse('USAGE', { what: `--timeout cannot be \`${opts.timeout}\`.`, hint: 'Take a duration such as 30s or 5m.' });
    const done = await captured({ global, io }, { agent, command: words.join(' '), timeoutMs });
    if (!isRefusal(done) && done.ended === 'late') say(`Ended after ${opts.timeout ?? TIMEOUT}, with all that it had started.`);
    return done;
  },
  text: () => '',
  exit: ({ code, ended }: Captured) => (ended === 'late' ? EXIT_LATE : ended === 'interrupted' ? EXIT_INTERRUPTED : code),
});
