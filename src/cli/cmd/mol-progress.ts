import { command } from '#cli/command';
import { moleculeHere } from '#cli/mol-here';
import { countsText, glyph, headText, stepText } from '#cli/mol-text';
import { cut } from '#cli/table';
import { withDesk } from '#cli/wire';
import { isRefusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { molStatus } from '#views/mol-status';

const BAR = 30;

/** What somebody must look at comes first. */
const FRONT = ['failed', 'in hand', 'ready'] as const;

/** How far a molecule is: counts, a bar, what is at work and what somebody must look at. */
export const molProgress = command({
  args: [{ name: 'id', help: 'a molecule, its work item, or one of its steps (default: yours)' }],
  example: 'gt mol progress gp-mol-4kx',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const id = await moleculeHere(town, call.args.id, call.io);
      if (isRefusal(id)) return id;
      const mol = id === undefined ? undefined : await molStatus(town.desk.books, id);
      if (!mol) return refuse('MOLECULE_UNKNOWN', { id: call.args.id ?? '(none named)', hint: '`gt mol list` shows all.' });
      const ended = mol.steps.filter(({ endedAt }) => endedAt !== null);
      const last = Math.max(0, ...ended.map(({ endedAt }) => endedAt ?? 0));
      const percent = mol.counts.total === 0 ? 100 : Math.floor((100 * ended.length) / mol.counts.total);
      const active = FRONT.flatMap((one) => mol.steps.filter(({ standing, unmet }) => standing === one && unmet.length === 0));
      const { steps: _, ...rest } = mol;
      return { ...rest, percent, lastEndedAt: last === 0 ? null : last, active, steps: mol.steps.length };
    }),
  text: ({ active, percent, lastEndedAt, ...mol }, { paint, now, width }) => {
    const full = Math.round((BAR * percent) / 100);
    const bar = `${paint.green('█'.repeat(full))}${paint.dim('░'.repeat(BAR - full))} ${percent} %`;
    const when = lastEndedAt === null ? '' : `, the last one ${relativeTime(lastEndedAt, now)}`;
    const lines = active.slice(0, 10).map((step) => `  ${glyph(step.standing, paint)} ${stepText(step, paint)}`);
    const more = active.length > 10 ? [paint.dim(`  … and ${active.length - 10} more`)] : [];
    const all = [headText({ ...mol, steps: [] }, paint), `${bar}${when}`, countsText(mol.counts), ...lines, ...more];
    return all.map((line) => cut(line, width)).join('\n');
  },
});
