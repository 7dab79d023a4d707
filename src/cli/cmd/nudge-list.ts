import { command } from '#cli/command';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';
import { withReasons } from '#cli/wire-nudges';
import { relativeTime } from '#core/relative-time';
import { nudgeList as listed } from '#views/nudges';

/** The column of what was said, which is cut where the terminal is narrow. */
const HEAD = 5;

/** What was said to agents and has not arrived. */
export const nudgeList = command({
  options: [{ name: 'all', help: 'also those that were taken, of the last days' }],
  about: 'What is on its way, and what was not delivered. `gt nudge withdraw <id>` takes one off the list.',
  example: 'gt nudge list --all',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const list = await listed(town.desk.books, { all: call.opts.all });
      return { ...list, nudges: await withReasons(town, list.nudges) };
    }),
  text: ({ nudges, waiting, mail, undelivered }, { paint, now, width }) => {
    const rows = nudges.map(({ id, to, state, why, head, createdAt, path }) => {
      const open = ['pending', 'claimed', 'typed'].includes(state);
      const shown = state === 'taken' ? paint.green(state) : open ? state : paint.red(state);
      return [paint.bold(id), to, shown, path ?? '', relativeTime(createdAt, now), head, why ? paint.dim(why) : ''];
    });
    const sum = `${waiting + mail} on the way${mail === 0 ? '' : ` (${mail} of mail)`}, ${undelivered} undelivered`;
    return rows.length > 0 ? `${table(rows, undefined, { width, column: HEAD })}\n${sum}` : sum;
  },
});
