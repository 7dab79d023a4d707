import { command } from '#cli/command';
import { valuesOf } from '#cli/values';
import { formulasHere } from '#cli/wire-formula-files';
import { cookProto, formulaNamed } from '#cli/wire-formulas';
import { isRefusal, refuse } from '#core/refusals';

/** Says whether formulas would cook, and changes nothing. */
export const molSeed = command({
  args: [{ name: 'formulas', many: true, help: 'formulas, by name or file' }],
  options: [
    { name: 'patrol', help: 'the formulas of all patrols' },
    { name: 'var', value: 'name=value', help: 'a value', many: true },
    { name: 'rig', value: 'rig', help: 'as this rig sees them (default: the one you are in)' },
  ],
  example: 'bd mol seed --patrol --json',
  run: (call) => {
    const { args, opts, io } = call;
    const files = formulasHere(call, opts.rig);
    if (isRefusal(files)) return files;
    const vars = valuesOf(opts.var);
    if (isRefusal(vars)) return vars;
    const patrols = opts.patrol ? files.names().filter((name) => /^mol-.*-patrol$/.test(name)) : [];
    const words = [...args.formulas, ...patrols];
    if (words.length === 0) return refuse('USAGE', { what: 'Which formula?', hint: 'Name one, or say --patrol.' });
    for (const word of words) {
      const named = formulaNamed(files, word, io, { anywhere: true });
      if (isRefusal(named)) return named;
      const cooked = cookProto(named.files, { name: named.name, vars });
      if (isRefusal(cooked)) return cooked;
    }
    return { status: 'ok', formulas: words };
  },
  text: ({ formulas }) => formulas.map((name) => `✓ ${name} cooks`).join('\n'),
});
