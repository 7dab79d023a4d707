import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { refuse } from '#core/refusals';
import { childrenOf } from '#views/bead-links';
import { beadList } from '#views/bead-list';
import { named } from './ids.ts';
import { line } from './line.ts';

/** Lists what lies directly in a record, open or closed. */
export const children = command({
  args: [{ name: 'id', required: true, help: 'an item, a molecule or a step' }],
  example: 'bd children gp-mol-4kx --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const { found, unknown } = await named(town, [call.args.id]);
      const [bead] = found;
      if (!bead) return unknown[0] ?? refuse('USAGE', { what: 'There is no id.', hint: 'Name one: `bd children <id>`.' });
      const ids = await childrenOf(town.desk, bead);
      return ids.length === 0 ? [] : (await beadList(town.desk, { ids, limit: 0 })).rows;
    }),
  text: (rows, { paint }) => (rows.length === 0 ? 'Nothing lies in it.' : rows.map((row) => line(row, paint)).join('\n')),
});
