import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { isRefusal, refuse } from '#core/refusals';
import { beadList } from '#views/bead-list';
import { named } from './ids.ts';
import { line } from './line.ts';
import { FILTERS, filtered } from './list.ts';
import { gated } from './mol-look.ts';

const LIMIT = 100;

/** Lists what can be done now: open, and nothing that it needs is open. With --mol the steps of that molecule. */
export const ready = command({
  options: [
    { name: 'mol', value: 'id', help: 'steps of this molecule' },
    { name: 'gated', help: 'molecules that go on behind an open gate' },
    { name: 'unassigned', short: 'u', help: 'only what nobody has' },
    ...FILTERS,
  ],
  example: 'bd ready --mol gp-mol-4kx --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const { opts, io } = call;
      const wanted = filtered(opts, LIMIT);
      if (isRefusal(wanted)) return wanted;
      if (opts.gated) return gated(town.desk);
      if (opts.mol === undefined) {
        const { rows, total } = await beadList(town.desk, { ...wanted, ready: true });
        if (rows.length < total) io.err(`Showing ${rows.length} of ${total}\n`);
        return opts.unassigned ? rows.filter(({ assignee }) => !assignee) : rows;
      }
      const { found, unknown } = await named(town, [opts.mol]);
      const [mol] = found;
      if (!mol) return unknown[0] ?? refuse('BEAD_UNKNOWN', { id: opts.mol, hint: '`bd list -t molecule` shows all.' });
      const { books } = town.desk;
      const open = await books.readMany('step', await books.index(`steps.open:${mol.doc.id}`));
      const unmet = open.length > 0 ? await books.unmet(...open.map(({ id }) => id)) : [];
      const free = open.filter((step, i) => step.exec !== 'epic' && step.status !== 'failed' && unmet[i]?.length === 0);
      const { rows } = await beadList(town.desk, { limit: 0, ids: free.map(({ id }) => id) });
      const total = open.length + (await books.count(`steps.closed:${mol.doc.id}`));
      return {
        molecule_id: mol.doc.id,
        molecule_title: mol.doc.title,
        total_steps: total,
        ready_steps: rows.length,
        steps: rows.map((issue) => ({ issue, parallel_info: { can_parallel: rows.length > 1 } })),
        parallel_groups: rows.length > 1 ? { 'group-1': rows.map(({ id }) => id) } : {},
      };
    }),
  text: (value, { paint }) => {
    if ('molecules' in value)
      return (
        value.molecules.map((one) => `${paint.bold(one.molecule_id)} ${line(one.ready_step, paint)}`).join('\n') ||
        'Nothing is ready.'
      );
    const rows = Array.isArray(value) ? value : 'steps' in value ? value.steps.map(({ issue }) => issue) : [];
    return rows.length === 0 ? 'Nothing is ready.' : rows.map((row) => line(row, paint)).join('\n');
  },
});
