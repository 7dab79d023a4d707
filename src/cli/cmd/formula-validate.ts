import { command } from '#cli/command';
import { formulasHere } from '#cli/wire-formula-files';
import { formulaNamed, type Validated, validateFormula } from '#cli/wire-formulas';
import { isRefusal } from '#core/refusals';

/** Says all that is wrong with formulas; exit code 1 when anything is. */
export const formulaValidate = command({
  args: [{ name: 'names', many: true, help: 'formulas by their names or files (default: all)' }],
  options: [
    { name: 'all', help: 'all that the rig, or the town, can see' },
    { name: 'strict', help: 'tell every key that is read, and every key that is ignored' },
    { name: 'rig', value: 'rig', help: 'as this rig sees them (default: the one you are in)' },
    { name: 'search-path', value: 'folder', help: 'look only here', many: true },
  ],
  example: 'gt formula validate ./release.formula.toml --strict',
  run: (call) => {
    const { args, opts, io } = call;
    const files = formulasHere(call, opts.rig, opts['search-path']);
    if (isRefusal(files)) return files;
    const words = opts.all || args.names.length === 0 ? [...new Set([...args.names, ...files.names()])] : args.names;
    const formulas: Array<Omit<Validated, 'keys'> & Partial<Pick<Validated, 'keys'>>> = [];
    for (const word of words) {
      const named = formulaNamed(files, word, io, { anywhere: true });
      if (isRefusal(named)) return named;
      const judged = validateFormula(named.files, named.name);
      if (isRefusal(judged)) return judged;
      const { keys, ...rest } = judged;
      formulas.push(opts.strict ? { ...rest, keys } : rest);
    }
    return { ok: formulas.every(({ ok }) => ok), formulas };
  },
  text: ({ formulas }, { paint }) =>
    formulas
      .flatMap(({ name, file, ok, type, steps, faults, warnings, keys }) => [
        `${ok ? paint.green('✓') : paint.red('✗')} ${paint.bold(name)} ${ok ? `${type}${steps === null ? '' : `, ${steps} steps`}` : file}`,
        ...faults.map((fault) => paint.red(`  ${fault}`)),
        ...warnings.map((warning) => paint.yellow(`  ${warning}`)),
        ...(keys ? [`  read: ${keys.read.join(', ') || 'none'}`, `  ignored: ${keys.ignored.join(', ') || 'none'}`] : []),
      ])
      .join('\n'),
  exit: ({ ok }) => (ok ? 0 : 1),
});
