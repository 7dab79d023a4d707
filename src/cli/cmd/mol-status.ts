import { command } from '#cli/command';
import { moleculeHere } from '#cli/mol-here';
import { countsText, glyph, headText, stepText } from '#cli/mol-text';
import { cut } from '#cli/table';
import { withDesk } from '#cli/wire';
import { isRefusal } from '#core/refusals';
import { molStatus as shown } from '#views/mol-status';
import { molListText, openMolecules } from './mol-list.ts';

/** Shows a molecule with its steps; without one that is meant, all that are open. */
export const molStatus = command({
  args: [{ name: 'id', help: 'a molecule, its work item, or one of its steps (default: yours)' }],
  example: 'gt mol status gp-mol-4kx',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const id = await moleculeHere(town, call.args.id, call.io);
      if (isRefusal(id)) return id;
      const found = id === undefined ? undefined : await shown(town.desk.books, id);
      return found ?? openMolecules(town);
    }),
  text: (value, show) => {
    const { paint, width } = show;
    if ('molecules' in value) return molListText(value, show);
    const depth = new Map<string, number>();
    const lines = value.steps.map((step) => {
      const level = step.parent ? (depth.get(step.parent) ?? 0) + 1 : 0;
      depth.set(step.id, level);
      return `${'  '.repeat(level + 1)}${glyph(step.standing, paint)} ${stepText(step, paint)}`;
    });
    return [headText(value, paint), countsText(value.counts), ...lines].map((line) => cut(line, width)).join('\n');
  },
});
