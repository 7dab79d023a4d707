import { type Fault, meant, note } from './faults.ts';
import { without } from './fill.ts';
import { type Source, tableOf } from './parse.ts';
import type { Proto } from './proto.ts';
import { list, must, oneOf, or, type Reading, table, text, word } from './reader.ts';
import { Report } from './report.ts';

/** Overlays: what a town or a rig changes in the steps of a formula that is not its own. */

export type Override = {
  readonly step_id: string;
  readonly mode: 'replace' | 'append' | 'skip';
  readonly description: string;
};

type OverlayFile = { readonly 'step-overrides': readonly Override[]; readonly extra?: Readonly<Record<string, unknown>> };

const overlayShape = table<OverlayFile>({
  'step-overrides': or(
    list(
      table<Override & { readonly extra?: Readonly<Record<string, unknown>> }>({
        step_id: must(word),
        mode: must(oneOf(['replace', 'append', 'skip'])),
        description: or(text, ''),
      }),
    ),
    [],
  ),
});

/** Reads an overlay file: its overrides, or all of its faults. */
export function parseOverlay(
  source: Source,
): { warnings: readonly Fault[] } & ({ overrides: readonly Override[] } | { faults: readonly Fault[] }) {
  const report = new Report();
  const raw = tableOf(source, report);
  const into: Reading = { file: source.file, formula: '', faults: [], warnings: [], read: [], ignored: [] };
  const read = raw && overlayShape(raw, [], into);
  read?.['step-overrides'].forEach(({ mode, description }, index) => {
    if (mode !== 'skip' && description === '')
      into.warnings.push(note(['step-overrides', index], `${mode}s by nothing`, 'give it a `description`'));
  });
  report.take(source.file, into);
  const { faults, warnings } = report;
  return read && faults.length === 0 ? { overrides: read['step-overrides'], warnings } : { faults, warnings };
}

/** The proto with the overrides applied. A step that is skipped hands its needs on; an override of a step that is not there is only warned of. */
export function overlaid(
  proto: Proto,
  overrides: readonly Override[],
  file: string,
): { proto: Proto; warnings: readonly Fault[] } {
  const steps = proto.steps.filter(({ kind }) => kind !== 'gate');
  const ids = steps.map(({ step }) => step);
  const warnings = overrides.flatMap(({ step_id }, index): Fault[] => {
    if (ids.includes(step_id)) return [];
    const hint = meant(step_id, ids);
    const says = `${proto.formula} has no step \`${step_id}\``;
    return [{ file, line: 0, at: `step-overrides[${index}].step_id`, says, ...(hint === undefined ? {} : { hint }) }];
  });
  const skipped = new Set(overrides.filter(({ mode }) => mode === 'skip').map(({ step_id }) => step_id));
  const kept = without(proto.steps, ({ kind, step }) => kind !== 'gate' && skipped.has(step));
  const changed = kept.map((step) => {
    if (step.kind === 'gate') return step;
    let { description } = step;
    for (const override of overrides) {
      if (override.step_id !== step.step || override.mode === 'skip') continue;
      const append = override.mode === 'append' && description !== '';
      description = append ? `${description}\n${override.description}` : override.description;
    }
    return { ...step, description };
  });
  return { proto: { ...proto, steps: changed }, warnings };
}
