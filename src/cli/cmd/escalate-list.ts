import { command } from '#cli/command';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';
import { relativeTime } from '#core/relative-time';
import { escalationList } from '#views/escalations';

/** The column of what is asked, which is cut where the terminal ends. */
const WHY = 5;

/** What is asked. */
export const escalateList = command({
  options: [{ name: 'all', help: 'also those that have ended' }],
  example: 'gt escalate list --all',
  run: (call) => withDesk(call, { wait: 'person' }, (town) => escalationList(town.desk.books, { all: call.opts.all })),
  text: ({ escalations, open }, { paint, now, width }) => {
    const rows = escalations.map(({ id, severity, state, ended, asker, subject, why, openedAt, count, answer }) => [
      paint.bold(id),
      severity,
      state === 'closed' ? (ended ?? state) : paint.yellow(state),
      relativeTime(openedAt, now),
      asker ?? subject,
      `${why}${count > 1 ? ` (${count} times)` : ''}`,
      answer ? paint.dim(answer.text) : '',
    ]);
    const sum = open === 0 ? 'Nothing is asked.' : `${open} open`;
    return rows.length > 0 ? `${table(rows, undefined, { width, column: WHY })}\n${sum}` : sum;
  },
});
