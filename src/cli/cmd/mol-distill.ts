import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { isFormulaName, moleculeNamed } from '#cli/wire-molecules';
import { type Distilled, distill, distilledOf } from '#core/molecule/distill';
import { isRefusal, refuse } from '#core/refusals';

/** Makes a formula of a molecule. */
export const molDistill = command({
  args: [
    { name: 'molecule', required: true, help: 'the molecule, or the item that has it' },
    { name: 'name', help: 'of the formula (default: that of its formula, with -distilled)' },
  ],
  options: [
    { name: 'var', value: 'name=value', help: 'the value becomes {{name}} wherever it stands', many: true },
    { name: 'output', short: 'o', value: 'folder', help: "where it is written (default: the town's formulas)" },
    { name: 'dry-run', help: 'print it, write nothing' },
  ],
  about: 'It cooks to the same steps, needs and gates. An older file of its name is not overwritten.',
  example: 'bd mol distill gp-mol-4kx release-again --var version=1.2.0',
  run: ({ args, opts, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const mol = await moleculeNamed(town, args.molecule);
      if (isRefusal(mol)) return mol;
      const plan = await town.desk.plans.read(mol.id);
      if (!plan) return refuse('MOLECULE_UNKNOWN', { id: mol.id, hint: 'It has no plan any more.' });
      const name = args.name ?? `${plan.formula}-distilled`;
      if (!isFormulaName(name))
        return refuse('USAGE', { what: `A formula cannot be called \`${name}\`.`, hint: 'Take letters, digits and dashes.' });
      const vars: Distilled[] = [];
      for (const word of opts.var) {
        const one = distilledOf(word, plan);
        if (!one) return refuse('USAGE', { what: `--var \`${word}\` says no name and value.`, hint: 'Write --var name=value.' });
        vars.push(one);
      }
      const formula = distill(mol, plan, name, vars);
      const file = join(opts.output === undefined ? town.layout.formulas : resolve(io.cwd, opts.output), `${name}.formula.json`);
      if (opts['dry-run']) return { formula_name: name, file: null, steps: plan.steps.length, formula };
      try {
        writeFileSync(file, `${JSON.stringify(formula, null, 2)}\n`, { flag: 'wx' });
      } catch (fault) {
        const { code } = fault as NodeJS.ErrnoException;
        const why = code === 'EEXIST' ? 'it exists already' : String(code);
        return refuse('USAGE', { what: `${file} cannot be written: ${why}.`, hint: 'Give another name, or another --output.' });
      }
      return { formula_name: name, file, steps: plan.steps.length, formula };
    }),
  text: ({ formula_name: name, file, steps, formula }) =>
    file === null ? JSON.stringify(formula, null, 2) : `${name} (${steps} steps): ${file}\nNext: bd mol pour ${name}`,
});
