import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { type Refusal, refuse } from '#core/refusals';
import type { Row } from '#views/bead-links';
import { beadList } from '#views/bead-list';
import { line } from './line.ts';

type Blocked = Row & { readonly blocked_by_count: number; readonly blocked_by: readonly string[] };

const LIMIT = 200;

/** Lists what is open and waits for something that is open too. */
export const blocked = command({
  options: [
    { name: 'parent', value: 'id', help: 'below this one' },
    { name: 'limit', short: 'n', value: 'count', help: `how many at most, 0 for all (default ${LIMIT})` },
  ],
  example: 'bd blocked --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async ({ desk }): Promise<Blocked[] | Refusal> => {
      const { parent, limit: written } = call.opts;
      const limit = Number(written ?? LIMIT);
      if (!Number.isInteger(limit) || limit < 0)
        return refuse('USAGE', { what: `--limit cannot be \`${written}\`.`, hint: 'Take a whole number, 0 for all.' });
      const { rows } = await beadList(desk, { limit: 0, ...(parent === undefined ? {} : { parent }) });
      const unmet = rows.length > 0 ? await desk.books.unmet(...rows.map(({ id }) => id)) : [];
      const all = rows.flatMap((row, i): Blocked[] => {
        const by = unmet[i] ?? [];
        return by.length > 0 ? [{ ...row, blocked_by_count: by.length, blocked_by: by }] : [];
      });
      if (limit > 0 && all.length > limit) call.io.err(`Showing ${limit} of ${all.length} (--limit)\n`);
      return limit > 0 ? all.slice(0, limit) : all;
    }),
  text: (rows, { paint }) =>
    rows.length === 0
      ? 'Nothing is blocked.'
      : rows.map((row) => `${line(row, paint)}  ${paint.dim(`(needs ${row.blocked_by.join(', ')})`)}`).join('\n'),
});
