import { command } from '#cli/command';
import { limitOf } from '#cli/gating';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';
import { isRefusal } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { gateList as listed } from '#views/gates';

const LIMIT = 50;

/** Gates that have not ended. */
export const gateList = command({
  options: [
    { name: 'all', help: 'also those that have ended' },
    { name: 'type', short: 't', value: 'type', help: 'of one type (gh: both of its kinds)' },
    { name: 'mol', value: 'id', help: 'of one molecule' },
    { name: 'limit', short: 'n', value: 'count', help: `at most so many (default ${LIMIT})` },
  ],
  example: 'gt gate list --type timer',
  run: (call) =>
    withDesk(call, { wait: 'person' }, ({ desk }) => {
      const { all, type, mol } = call.opts;
      const limit = limitOf(call.opts.limit, LIMIT);
      if (isRefusal(limit)) return limit;
      const filters = { ...(type === undefined ? {} : { type }), ...(mol === undefined ? {} : { mol }) };
      return listed(desk.books, { all, ...filters, limit });
    }),
  text: ({ gates, total }, { paint, now }) => {
    if (gates.length === 0) return 'No gate.';
    const rows = gates.map(({ id, title, type, state, standing, dueAt, escalatedAt, blocks }) => [
      paint.bold(id),
      type,
      state === 'denied' || escalatedAt !== null ? paint.red(state) : state,
      dueAt === null || state !== 'open' ? '' : `due ${relativeTime(dueAt, now)}`,
      title,
      paint.dim(standing),
      blocks.length > 0 ? `keeps back ${blocks.slice(0, 3).join(', ')}${blocks.length > 3 ? ' …' : ''}` : '',
    ]);
    return `${table(rows)}${total > gates.length ? `\n${total - gates.length} more` : ''}`;
  },
});
