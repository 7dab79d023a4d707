import { isRefusal, type Refusal } from '#core/refusals';
import { type ProtoLine, protoList, type protoShow } from '#views/protos';
import type { Palette } from './colour.ts';
import type { Io, Show } from './command.ts';
import { cut, table } from './table.ts';
import type { OpenTown } from './wire.ts';
import { describeAll, type FormulaLine, formulasOf } from './wire-formula-files.ts';

/** What molecules are poured from: stored protomolecules, and formulas that nobody has cooked yet. */
export type Templates = {
  readonly protos: readonly ProtoLine[];
  /** How many protomolecules are stored in all. */
  readonly total: number;
  readonly formulas: readonly FormulaLine[];
};

/** Templates that the call sees, the newest protomolecules first. */
export async function templatesHere(
  town: OpenTown,
  io: Io,
  { rig, limit }: { rig: string | undefined; limit: number },
): Promise<Templates | Refusal> {
  const files = formulasOf(town, rig, io);
  if (isRefusal(files)) return files;
  const { protos, total } = await protoList(town.desk, limit);
  const cooked = new Set(protos.map(({ formula }) => formula));
  return { protos, total, formulas: (await describeAll(files)).filter(({ name }) => !cooked.has(name)) };
}

/** A list of them. */
export function templatesText({ protos, total, formulas }: Templates, { paint, width }: Show): string {
  const rows = [
    ...protos.map(({ id, formula, steps, title }) => [paint.bold(id), 'proto', String(steps), formula, title]),
    ...formulas.map(({ name, type, steps, description }) => [
      paint.bold(name),
      'formula',
      steps === null ? '' : String(steps),
      type ?? '?',
      description,
    ]),
  ];
  if (rows.length === 0) return 'Nothing to pour. Write a formula: gt formula create <name>';
  const more = total > protos.length ? `\n${paint.dim(`… and ${total - protos.length} protomolecules more`)}` : '';
  const lines = table(rows, ['POUR', '', 'STEPS', 'OF', ''].map(paint.dim)).split('\n');
  return `${lines.map((line) => cut(line, width)).join('\n')}${more}`;
}

/** A protomolecule with its steps. */
export function protoText(
  { id, title, formula, source, plan }: NonNullable<Awaited<ReturnType<typeof protoShow>>>,
  paint: Palette,
): string {
  const bare = (one: string) => one.slice(plan.root.length + 1);
  const steps = plan.steps.map(({ id: own, title: says, needs }) => {
    const after = needs.length > 0 ? paint.dim(`  needs ${needs.map(bare).join(', ')}`) : '';
    return `  ${paint.bold(bare(own))} ${says}${after}`;
  });
  const vars = Object.entries(plan.vars).map(([name, { required }]) => `${name}${required ? '!' : ''}`);
  return [
    `${paint.bold(id)} ${title}  ${paint.cyan('protomolecule')}${paint.dim(` of ${formula}, ${source}`)}`,
    ...(vars.length > 0 ? [`  values: ${vars.join(' ')}`] : []),
    ...steps,
    `Next: gt mol pour ${id}`,
  ].join('\n');
}
