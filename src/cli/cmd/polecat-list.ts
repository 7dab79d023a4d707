import { command, type Group, type Show } from '#cli/command';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';
import { rigNames, unknownRig } from '#cli/wire-rigs';
import { isRefusal } from '#core/refusals';
import { duration } from '#core/relative-time';
import { polecatList as listed, type Polecat } from '#views/polecat-list';

/** Lists polecats at work. */
export const polecatList = command({
  args: [{ name: 'rig', help: 'of this rig only' }],
  example: 'gt polecat list',
  run: ({ args: { rig }, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, (town) => {
      const names = rigNames(town);
      if (isRefusal(names)) return names;
      return rig !== undefined && !names.includes(rig) ? unknownRig(rig, names) : listed(town.desk.books, rig);
    }),
  text: polecatsText,
});

/** Polecats for people. */
export function polecatsText(polecats: readonly Polecat[], { paint, now }: Pick<Show, 'paint' | 'now'>): string {
  if (polecats.length === 0) return 'No polecat is at work.';
  const byHand = polecats.filter(({ state }) => state === 'by hand').map((one) => `${one.address}: ${one.todo ?? one.evidence}`);
  const rows = table(
    polecats.map(({ address, work, state, attempt, agent, pid, since, title }) => [
      paint.bold(address),
      work,
      state === 'blocked' ? paint.red(state) : state,
      String(attempt),
      agent,
      pid === null ? '' : String(pid),
      duration(now - since),
      title,
    ]),
    ['POLECAT', 'WORK', 'STATE', 'ATTEMPT', 'AGENT', 'PID', 'AGE', 'TITLE'].map(paint.dim),
  );
  return [rows, ...byHand.map(paint.dim)].join('\n');
}

/** Polecats. */
export const polecat: Group = {
  bare: 'list',
  verbs: {
    list: { help: 'Lists polecats at work', aliases: ['ls'], load: () => polecatList },
    attach: {
      help: 'The terminal of one, to look and to type',
      aliases: ['at'],
      load: async () => (await import('./attach.ts')).attach,
    },
  },
};
