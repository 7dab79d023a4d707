import type { Palette } from '#cli/colour';
import { command } from '#cli/command';
import { moleculeHere } from '#cli/mol-here';
import { countsText, glyph, headText, legend, stepText } from '#cli/mol-text';
import { cut } from '#cli/table';
import { withDesk } from '#cli/wire';
import { mermaid } from '#core/molecule/mermaid';
import { picture } from '#core/molecule/picture';
import { isRefusal, refuse } from '#core/refusals';
import { molEdges } from '#views/mol-edges';
import { type MolStatus, molStatus, type StepStanding } from '#views/mol-status';

/** Draws the graph of a molecule: what is done, in hand, ready, held, failed. */
export const molDag = command({
  args: [{ name: 'id', help: 'a molecule, its work item, or one of its steps (default: yours)' }],
  options: [
    { name: 'mermaid', help: 'as a Mermaid flowchart, for a page' },
    { name: 'all', help: 'every step in a row of its own' },
  ],
  about: 'Steps that stand side by side alike, and long runs of a chain in one state, are one row; --all shows each.',
  example: 'gt mol dag gp-mol-4kx',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const id = await moleculeHere(town, call.args.id, call.io);
      if (isRefusal(id)) return id;
      const mol = id === undefined ? undefined : await molStatus(town.desk.books, id);
      if (!mol) return refuse('MOLECULE_UNKNOWN', { id: call.args.id ?? '(none named)', hint: '`gt mol list` shows all.' });
      const nodes = mol.steps.map(({ id: step, key, title, exec, standing, parent }) => ({
        id: step,
        key,
        title,
        exec,
        standing,
        parent,
      }));
      const edges = molEdges(mol.steps);
      const drawn = call.opts.mermaid ? { mermaid: mermaid(nodes, edges) } : {};
      return { ...mol, nodes, edges, ...drawn, whole: call.opts.all };
    }),
  text: (value, { paint, width }) => {
    if ('mermaid' in value && value.mermaid !== undefined) return value.mermaid;
    return [
      cut(headText(value, paint), width),
      countsText(value.counts),
      '',
      ...drawing(value, value.edges, value.whole, paint).map((line) => cut(line, width)),
      '',
      legend(
        value.steps.map(({ standing }) => standing),
        paint,
      ),
    ].join('\n');
  },
});

type Edge = { readonly from: string; readonly to: string };

function drawing(mol: MolStatus, edges: readonly Edge[], whole: boolean, paint: Palette): string[] {
  const needs = new Map<string, string[]>();
  for (const { from, to } of edges) needs.set(to, [...(needs.get(to) ?? []), from]);
  const known = new Map(mol.steps.map((step) => [step.id, step]));
  const rows = picture(
    mol.steps.map((step) => ({ id: step.id, label: step.key, state: step.standing, needs: needs.get(step.id) ?? [] })),
    whole,
  );
  return rows.map(({ lanes, nodes }) => {
    const [first] = nodes;
    const step = first && known.get(first.id);
    if (!first || !step) return `  ${paint.dim(lanes)}`;
    const text =
      nodes.length === 1
        ? stepText(step, paint)
        : `${paint.bold(first.label)} … ${paint.bold(nodes.at(-1)?.label ?? '')}  (${nodes.length} steps ${step.standing})`;
    const [before = '', after = ''] = lanes.split('●');
    return `  ${paint.dim(before)}${glyph(first.state as StepStanding, paint)}${paint.dim(after)}  ${text}`;
  });
}
