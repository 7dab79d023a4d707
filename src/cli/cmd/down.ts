import { down as takenDown } from '#chores/down';
import { command } from '#cli/command';
import { townOf } from '#cli/wire';
import { parseDuration } from '#core/durations';
import { isRefusal, refuse } from '#core/refusals';

/** Takes the town down. */
export const down = command({
  options: [
    { name: 'force', short: 'f', help: 'give agents no time to end' },
    { name: 'graceful', help: 'give agents time to end (the default)' },
    { name: 'wait', value: 'time', help: 'how long agents may take to end: 10s, 2m (default 10s)' },
  ],
  about: 'Ends agents, worker, host and Redis, and keeps the books. What an agent had not committed is in its worktree still.',
  example: 'gt down --wait 30s',
  run: async ({ opts, global, io, say }) => {
    const town = townOf({ global, io });
    if (isRefusal(town)) return town;
    const written = opts.wait !== undefined && /^\d+$/.test(opts.wait) ? `${opts.wait}s` : opts.wait;
    const graceMs = opts.force ? 0 : written === undefined ? 10_000 : parseDuration(written);
    if (graceMs === undefined)
      return refuse('USAGE', { what: `--wait cannot be \`${opts.wait}\`.`, hint: 'Take a duration such as 30s or 2m.' });
    const { forDown } = await import('#cli/wire-town');
    say(`Stopping ${town.name} …`);
    const ended = await takenDown(forDown(town), { graceMs });
    return isRefusal(ended) ? ended : { town: town.name, ...ended };
  },
  text: ({ town, wasDown, ended, swept }) => {
    if (wasDown) return `${town} was down already`;
    const parts = ended.map(({ name, pid, how }) => `${name} ${pid} ${how}`);
    const more = swept.length > 0 ? `; ended ${swept.length} that were left over` : '';
    return `${town} is down: ${parts.join(', ')}${more}. No process of it is left.`;
  },
});
