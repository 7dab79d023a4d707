import { command } from '#cli/command';
import { formulasHere } from '#cli/wire-formula-files';
import { formulaNamed, showFormula } from '#cli/wire-formulas';
import { isRefusal } from '#core/refusals';

/** Shows one formula: what its file says, and what it cooks to. */
export const formulaShow = command({
  args: [{ name: 'name', required: true, help: 'the formula, by its name or file' }],
  options: [
    { name: 'rig', value: 'rig', help: 'as this rig sees it (default: the one you are in)' },
    { name: 'search-path', value: 'folder', help: 'look only here', many: true },
  ],
  about: 'With --json all keys of the file, those that gt does not know too, and under `gt` what gt makes of it.',
  example: 'gt formula show shiny --json',
  run: (call) => {
    const files = formulasHere(call, call.opts.rig, call.opts['search-path']);
    if (isRefusal(files)) return files;
    const named = formulaNamed(files, call.args.name, call.io, { anywhere: true });
    return isRefusal(named) ? named : showFormula(named.files, named.name);
  },
  text: ({ formula, type, source, description, gt }, { paint }) => {
    const hides = gt.shadows.map((one) => `\n  hides the ${one.origin} one: ${one.file}`).join('');
    const says = typeof description === 'string' && description.trim() !== '' ? [description.trim()] : [];
    const vars = gt.vars.map((one) => {
      const value = one.default === null ? (one.required ? ' (required)' : '') : ` = ${JSON.stringify(one.default)}`;
      return `  ${one.name}${value}${one.description === '' ? '' : `  ${paint.dim(one.description)}`}`;
    });
    const steps = gt.steps.map(({ id, title, parent, needs }) => {
      const name = title === id ? id : `${id}  ${title}`;
      return `${parent === null ? '  ' : '    '}${name}${needs.length > 0 ? paint.dim(`  needs ${needs.join(', ')}`) : ''}`;
    });
    const part = (title: string, lines: readonly string[]) =>
      lines.length > 0 ? [`${paint.bold(title)}\n${lines.join('\n')}`] : [];
    return [
      `${paint.bold(formula)}  ${type}, ${gt.origin}: ${source}${hides}${gt.overlay ? `\n  changed by ${gt.overlay}` : ''}`,
      ...says,
      ...part('Variables', vars),
      ...part(`Steps (${gt.steps.length})`, steps),
      ...part(
        'Faults',
        gt.faults.map((fault) => paint.red(`  ${fault}`)),
      ),
      ...part(
        'Warnings',
        gt.warnings.map((warning) => paint.yellow(`  ${warning}`)),
      ),
    ].join('\n\n');
  },
});
