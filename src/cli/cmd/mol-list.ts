import { command, type Show } from '#cli/command';
import { cut, table } from '#cli/table';
import { type Templates, templatesHere, templatesText } from '#cli/templates';
import { type OpenTown, withDesk } from '#cli/wire';
import type { Refusal } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { molList as listed, type MolLine } from '#views/mol-status';

const LIMIT = 50;
type Listed = Templates | Awaited<ReturnType<typeof listed>>;

/** Molecules and wisps that are open. */
export const openMolecules = ({ desk }: OpenTown) => listed(desk.books, 'open', LIMIT);

/** Lists molecules and wisps. */
export const molList = command({
  options: [
    { name: 'closed', help: 'those that closed last' },
    { name: 'protos', help: 'what can be poured: stored protomolecules, and formulas that nobody has cooked yet' },
    { name: 'rig', value: 'rig', help: 'with --protos: formulas as this rig sees them (default: the one you are in)' },
  ],
  example: 'gt mol list',
  run: ({ opts, global, io }) =>
    withDesk(
      { global, io },
      { wait: 'person' },
      async (town): Promise<Listed | Refusal> =>
        opts.protos
          ? templatesHere(town, io, { rig: opts.rig, limit: LIMIT })
          : listed(town.desk.books, opts.closed ? 'closed' : 'open', LIMIT),
    ),
  text: (value, show) => ('protos' in value ? templatesText(value, show) : molListText(value, show)),
});

export function molListText(
  { molecules, total }: { molecules: readonly MolLine[]; total: number },
  { paint, now, width }: Show,
): string {
  if (molecules.length === 0) return 'No molecule is open. Pour one: gt sling <item> --on <formula>, or bd mol pour <formula>';
  const rows = molecules.map(({ id, phase, state, closed, work, open, ended, createdAt, title }) => [
    paint.bold(id),
    phase === 'vapor' ? 'wisp' : 'molecule',
    closed?.outcome ?? state,
    `${ended}/${open + ended}`,
    work ?? '',
    relativeTime(createdAt, now),
    title,
  ]);
  const more = total > molecules.length ? `\n${paint.dim(`… and ${total - molecules.length} more`)}` : '';
  const lines = table(rows, ['ID', '', 'STATE', 'STEPS', 'WORK', 'MADE', 'TITLE'].map(paint.dim)).split('\n');
  return `${lines.map((line) => cut(line, width)).join('\n')}${more}`;
}
