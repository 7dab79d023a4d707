import { command } from '#cli/command';
import { sessionTable } from '#cli/session-table';
import { nobodyWished } from '#cli/session-wish';
import { countOf } from '#cli/values';
import { withDesk } from '#cli/wire';
import { isRefusal } from '#core/refusals';
import { duration, relativeTime } from '#core/relative-time';
import { sessionList as listed } from '#views/sessions';

const LIMIT = 30;

/** Sessions of agents, newest first. */
export const sessionList = command({
  options: [
    { name: 'rig', value: 'rig', help: 'of this rig only' },
    { name: 'item', value: 'id', help: 'of this work item only' },
    { name: 'agent', value: 'agent', help: 'of this agent only (rig/name, its name, a role, or a preset)' },
    { name: 'all', short: 'a', help: `all that are known, not only the last ${LIMIT}` },
    { name: 'limit', short: 'n', value: 'count', help: `how many (default ${LIMIT})` },
  ],
  about: 'A session is kept for a week after its end, as its recording is.',
  example: 'gt session list --item gp-4kx',
  run: ({ opts, global, io }) => {
    const most = opts.all ? Number.POSITIVE_INFINITY : countOf(opts.limit, '--limit', LIMIT);
    if (isRefusal(most)) return most;
    const { rig, item, agent } = opts;
    return withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const found = await listed(town.desk.books, { rig, item, agent, most });
      const unknown = found.length > 0 ? undefined : await nobodyWished(town, io, { rig, item, agent });
      return unknown ?? found;
    });
  },
  text: (sessions, { paint, now, width }) => {
    if (sessions.length === 0) return 'No session is known that fits.';
    const rows = sessions.map(({ id, address, agent, live, how, beganAt, endedAt, beacon }) => ({
      cells: [
        paint.bold(id),
        address,
        agent,
        live ? paint.green('live') : (how ?? 'over'),
        relativeTime(beganAt, now),
        duration((endedAt ?? now) - beganAt),
      ],
      beacon: beacon ?? '',
    }));
    return sessionTable(rows, ['SESSION', 'AGENT', 'PROGRAM', '', 'BEGAN', 'FOR'], width, paint).join('\n');
  },
});
