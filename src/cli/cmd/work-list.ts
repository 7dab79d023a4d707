import { command } from '#cli/command';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';
import { rigNames, unknownRig } from '#cli/wire-rigs';
import { isRefusal, refuse } from '#core/refusals';
import { workList as listed } from '#views/work-list';

/** Lists work items. */
export const workList = command({
  options: [
    { name: 'rig', value: 'rig', help: 'of this rig only' },
    { name: 'closed', help: 'those that are closed' },
    { name: 'needs-you', help: 'those that wait for you' },
    { name: 'limit', short: 'n', value: 'count', help: 'how many at most (default 50)' },
  ],
  example: 'gt work list --rig shop',
  run: (call) =>
    withDesk(call, { wait: 'person' }, (town) => {
      const { rig, closed, limit: written = '50', 'needs-you': needsYou } = call.opts;
      const names = rigNames(town);
      if (isRefusal(names)) return names;
      if (rig !== undefined && !names.includes(rig)) return unknownRig(rig, names);
      const limit = Number(written);
      if (!Number.isInteger(limit) || limit < 1)
        return refuse('USAGE', { what: `--limit cannot be \`${written}\`.`, hint: 'Take a whole number from 1 on.' });
      const which = needsYou ? 'needs-you' : closed ? 'closed' : 'open';
      return listed(town.desk.books, { which, limit, ...(rig === undefined ? {} : { rig }) });
    }),
  text: ({ items, total }, { paint }) => {
    if (items.length === 0) return 'Nothing here. Make some: gt work create "title"';
    const rows = items.map(({ id, priority, rig, standing, unmet, polecat, title }) => [
      paint.bold(id),
      `p${priority}`,
      rig,
      standing,
      polecat ?? (unmet.length > 0 ? `needs ${unmet.join(' ')}` : ''),
      title,
    ]);
    const more = total > items.length ? `\n${paint.dim(`… and ${total - items.length} more (--limit)`)}` : '';
    return `${table(rows, ['ID', 'P', 'RIG', 'STATE', '', 'TITLE'].map(paint.dim))}${more}`;
  },
});
