import { rmSync, writeFileSync } from 'node:fs';
import { command } from '#cli/command';
import { formulasHere } from '#cli/wire-formula-files';
import { asToml, type FormulaFiles, formulaNamed } from '#cli/wire-formulas';
import { isRefusal, type Refusal, refuse } from '#core/refusals';

type Converted = { readonly name: string; readonly from: string; readonly to: string | null; readonly toml?: string };

/** Writes JSON formulas as TOML, beside them. */
export const formulaConvert = command({
  args: [{ name: 'name', help: 'the formula, by its name or file' }],
  options: [
    { name: 'all', help: 'every JSON formula that the rig, or the town, can see' },
    { name: 'delete', help: 'remove the JSON file' },
    { name: 'stdout', help: 'print it, write nothing' },
    { name: 'rig', value: 'rig', help: 'as this rig sees them (default: the one you are in)' },
  ],
  example: 'bd formula convert ./release.formula.json --stdout',
  run: (call): Converted[] | Refusal => {
    const { args, opts, io } = call;
    const files = formulasHere(call, opts.rig);
    if (isRefusal(files)) return files;
    if (!opts.all && args.name === undefined) return refuse('USAGE', { what: 'Which formula?', hint: 'Name one, or say --all.' });
    const words = opts.all
      ? files
          .list()
          .filter(({ file, origin }) => file.endsWith('.json') && origin !== 'built-in')
          .map(({ name }) => name)
      : [args.name ?? ''];
    const done: Converted[] = [];
    for (const word of words) {
      const named = formulaNamed(files, word, io, { anywhere: true });
      if (isRefusal(named)) return named;
      const one = converted(named.files, named.name, opts);
      if (isRefusal(one)) return one;
      done.push(one);
    }
    return done;
  },
  text: (all) =>
    all.map(({ from, to, toml }) => toml?.trimEnd() ?? `${from} → ${to}`).join('\n') || 'No formula here is written in JSON.',
});

function converted(files: FormulaFiles, name: string, opts: { delete: boolean; stdout: boolean }): Converted | Refusal {
  const source = files.find(name);
  if (!source?.file.endsWith('.json'))
    return refuse('USAGE', { what: `${source?.file ?? name} is no JSON file.`, hint: 'Only a JSON formula can be converted.' });
  const toml = asToml(source, name);
  if (isRefusal(toml)) return toml;
  if (opts.stdout) return { name, from: source.file, to: null, toml };
  const to = source.file.replace(/\.json$/, '.toml');
  try {
    writeFileSync(to, toml, { flag: 'wx' });
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    return refuse('FORMULA_EXISTS', { name, file: to });
  }
  if (opts.delete) rmSync(source.file);
  return { name, from: source.file, to };
}
