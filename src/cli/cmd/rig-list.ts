import { command } from '#cli/command';
import { table } from '#cli/table';
import { townOf, withDesk } from '#cli/wire';
import { soundRigs } from '#cli/wire-rigs';
import { isRefusal } from '#core/refusals';
import { rigList as listed } from '#views/rig-list';

/** Lists the rigs; with the town down what their files say. */
export const rigList = command({
  example: 'gt rig list',
  run: async (call) => {
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const rigs = await soundRigs(town);
    if (isRefusal(rigs)) return rigs;
    const list = await withDesk(call, { wait: 'person' }, ({ desk }) => listed(desk.books, rigs));
    return isRefusal(list) ? listed(undefined, rigs) : list;
  },
  text: (rigs, { paint }) => {
    if (rigs.length === 0) return 'No rig yet: gt rig add <name> --path <repository>';
    const number = (count: number | null) => (count === null ? '?' : String(count));
    return table(
      rigs.map(({ name, prefix, from, target, agent, checks, open, polecats, queued }) => [
        paint.bold(name),
        prefix,
        target,
        agent,
        checks > 0 ? String(checks) : paint.yellow('none'),
        number(open),
        number(polecats),
        number(queued),
        from,
      ]),
      ['RIG', 'IDS', 'TARGET', 'AGENT', 'CHECKS', 'OPEN', 'POLECATS', 'QUEUE', 'FROM'].map(paint.dim),
    );
  },
});
