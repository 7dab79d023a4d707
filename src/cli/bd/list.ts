import { command, type Option } from '#cli/command';
import { idsOf } from '#cli/ids';
import { withDesk } from '#cli/wire';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { type BeadsWanted, beadList } from '#views/bead-list';
import { line } from './line.ts';
import { priorityOf } from './words.ts';

/** What every list of bd may be narrowed by. */
export const FILTERS = [
  { name: 'type', short: 't', value: 'types', help: 'of these types', many: true },
  { name: 'priority', short: 'p', value: 'p0..p4', help: 'of this priority' },
  { name: 'assignee', short: 'a', value: 'who', help: 'whose they are' },
  { name: 'label', short: 'l', value: 'labels', help: 'with all of these labels', many: true },
  { name: 'label-any', value: 'labels', help: 'with one of these labels', many: true },
  { name: 'parent', value: 'id', help: 'below this one' },
  {
    name: 'sort',
    short: 's',
    value: 'by',
    help: 'how they are sorted',
    choices: ['priority', 'oldest', 'created', 'updated', 'closed', 'hybrid'],
  },
  { name: 'limit', short: 'n', value: 'count', help: 'how many at most, 0 for all (default 50)' },
  { name: 'plain', help: 'a line each (the default)' },
] as const satisfies readonly Option[];

type Filters = {
  readonly type: string[];
  readonly priority: string | undefined;
  readonly assignee: string | undefined;
  readonly label: string[];
  readonly 'label-any': string[];
  readonly parent: string | undefined;
  readonly sort: string | undefined;
  readonly limit: string | undefined;
};

/** The filters as they were typed. */
export function filtered(opts: Filters, otherwise: number): BeadsWanted | Refusal {
  const priority = opts.priority === undefined ? undefined : priorityOf(opts.priority);
  if (isRefusal(priority)) return priority;
  const limit = Number(opts.limit ?? otherwise);
  if (!Number.isInteger(limit) || limit < 0)
    return refuse('USAGE', { what: `--limit cannot be \`${opts.limit}\`.`, hint: 'Take a whole number, 0 for all.' });
  const { type, label, 'label-any': any } = opts;
  return {
    limit,
    ...(type.length > 0 ? { types: idsOf(type) } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(opts.assignee === undefined ? {} : { assignee: opts.assignee }),
    ...(label.length > 0 ? { labels: idsOf(label) } : {}),
    ...(any.length > 0 ? { labelAny: idsOf(any) } : {}),
    ...(opts.parent === undefined ? {} : { parent: opts.parent }),
    ...(opts.sort === undefined ? {} : { sort: opts.sort }),
  };
}

/** How many a list shows to a program that has learnt to be short. */
export const listLimit = (env: Readonly<Record<string, string | undefined>>): number => (env['BD_AGENT_MODE'] ? 20 : 50);

/** Lists records; a cut is told on stderr, so that nobody thinks that this was all. */
export const list = command({
  options: [
    { name: 'status', value: 'statuses', help: 'of these statuses (all: any)', many: true },
    { name: 'all', help: 'closed ones too' },
    { name: 'id', value: 'ids', help: 'only these', many: true },
    { name: 'title-contains', value: 'text', help: 'with this in the title' },
    { name: 'include-gates', help: 'gates too' },
    { name: 'ready', help: 'only what can be done now' },
    { name: 'reverse', short: 'r', help: 'the other way round' },
    { name: 'long', help: 'no difference here' },
    ...FILTERS,
  ],
  example: 'bd list --parent gp-mol-4kx --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async ({ desk }) => {
      const { opts, io } = call;
      const wanted = filtered(opts, listLimit(io.env));
      if (isRefusal(wanted)) return wanted;
      const statuses = idsOf(opts.status);
      const { rows, total } = await beadList(desk, {
        ...wanted,
        ...(statuses.length > 0 && !statuses.includes('all') ? { statuses } : {}),
        all: opts.all || statuses.includes('all'),
        ...(opts.id.length > 0 ? { ids: idsOf(opts.id) } : {}),
        ...(opts['title-contains'] === undefined ? {} : { title: opts['title-contains'] }),
        gates: opts['include-gates'],
        ready: opts.ready,
        reverse: opts.reverse,
      });
      if (rows.length < total) io.err(`Showing ${rows.length} of ${total} (--limit)\n`);
      return rows;
    }),
  text: (rows, { paint }) => (rows.length === 0 ? 'No issues found.' : rows.map((row) => line(row, paint)).join('\n')),
});
