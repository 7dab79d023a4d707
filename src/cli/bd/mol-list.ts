import { command } from '#cli/command';
import { limitOf } from '#cli/gating';
import { cut, table } from '#cli/table';
import { templatesHere } from '#cli/templates';
import { type OpenTown, withDesk } from '#cli/wire';
import { isRefusal, type Refusal } from '#core/refusals';
import { beads, type Issue, iso, issueOf } from '#views/beads';
import { molList as listed } from '#views/mol-status';

const LIMIT = 50;

/** A line of the list: a molecule or a wisp at work, a stored protomolecule, or a formula that nobody has cooked yet. */
type MolRow = Pick<Issue, 'id' | 'title' | 'status' | 'issue_type'> &
  Partial<Issue> & {
    readonly kind: 'molecule' | 'wisp' | 'proto' | 'formula';
    readonly is_template: boolean;
    /** Null when a formula cannot be cooked. */
    readonly total_steps: number | null;
    readonly closed_steps?: number;
  };

/** Lists molecules, and what they are poured from. */
export const molList = command({
  options: [
    { name: 'all', short: 'a', help: 'molecules that have closed too' },
    { name: 'limit', short: 'n', value: 'count', help: `how many of each kind at most (default ${LIMIT})` },
    { name: 'rig', value: 'rig', help: 'formulas as this rig sees them (default: the one you are in)' },
  ],
  about: 'Open molecules, stored protomolecules, and formulas that nobody has cooked yet.',
  example: 'bd mol list --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town): Promise<MolRow[] | Refusal> => {
      const limit = limitOf(call.opts.limit, LIMIT);
      if (isRefusal(limit)) return limit;
      const templates = await templatesHere(town, call.io, { rig: call.opts.rig, limit });
      if (isRefusal(templates)) return templates;
      const open = await molecules(town, 'open', limit);
      const over = call.opts.all ? await molecules(town, 'closed', limit) : { rows: [], total: 0 };
      const cut = open.total - open.rows.length + templates.total - templates.protos.length;
      if (cut > 0) call.io.err(`${cut} more (--limit)\n`);
      return [
        ...open.rows,
        ...over.rows,
        ...templates.protos.map(
          (proto): MolRow => ({
            id: proto.id,
            title: proto.title,
            status: 'open',
            priority: 2,
            issue_type: 'molecule',
            created_at: iso(proto.createdAt),
            created_by: proto.createdBy,
            updated_at: iso(proto.createdAt),
            labels: [...new Set([...proto.labels, 'template'])],
            source_formula: proto.formula,
            kind: 'proto',
            is_template: true,
            total_steps: proto.steps,
          }),
        ),
        ...templates.formulas.map(
          ({ name, description, steps }): MolRow => ({
            id: name,
            title: description || name,
            status: 'open',
            issue_type: 'molecule',
            source_formula: name,
            kind: 'formula',
            is_template: true,
            total_steps: steps,
          }),
        ),
      ];
    }),
  text: (rows, { paint, width }) =>
    rows.length === 0
      ? 'No molecules.'
      : table(
          rows.map(({ id, kind, status, total_steps: all, closed_steps: done, title }) => [
            paint.bold(id),
            kind,
            kind === 'molecule' || kind === 'wisp' ? status : '',
            all === null ? '?' : done === undefined ? String(all) : `${done}/${all}`,
            title,
          ]),
          ['ID', '', '', 'STEPS', 'TITLE'].map(paint.dim),
        )
          .split('\n')
          .map((row) => cut(row, width))
          .join('\n'),
});

async function molecules(
  { desk }: OpenTown,
  which: 'open' | 'closed',
  limit: number,
): Promise<{ rows: MolRow[]; total: number }> {
  const { molecules: lines, total } = await listed(desk.books, which, limit);
  const known = await beads(
    desk,
    lines.map(({ id }) => id),
  );
  const rows = lines.flatMap(({ id, phase, open, ended }): MolRow[] => {
    const bead = known.get(id);
    if (!bead) return [];
    const kind = phase === 'vapor' ? 'wisp' : 'molecule';
    return [{ ...issueOf(bead), kind, is_template: false, total_steps: open + ended, closed_steps: ended }];
  });
  return { rows, total };
}
