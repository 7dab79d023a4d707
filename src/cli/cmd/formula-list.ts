import { command } from '#cli/command';
import { table } from '#cli/table';
import { describeAll, formulasHere } from '#cli/wire-formula-files';
import { isRefusal } from '#core/refusals';

const SHOWN = 3;

/** The first variables, those that must be given in front. */
function varsIn(vars: ReadonlyArray<{ name: string; required: boolean }>): string {
  const names = [...vars]
    .sort((a, b) => Number(b.required) - Number(a.required))
    .map((one) => (one.required ? `${one.name}!` : one.name));
  return [...names.slice(0, SHOWN), ...(names.length > SHOWN ? [`+${names.length - SHOWN}`] : [])].join(' ');
}

/** Lists the formulas that the rig, or the town, can see. */
export const formulaList = command({
  options: [
    { name: 'rig', value: 'rig', help: 'as this rig sees them (default: the one you are in)' },
    { name: 'type', value: 'type', help: 'of this type only', choices: ['workflow', 'expansion', 'aspect', 'convoy'] },
    { name: 'search-path', value: 'folder', help: 'only what lies here', many: true },
  ],
  example: 'gt formula list',
  run: async (call) => {
    const files = formulasHere(call, call.opts.rig, call.opts['search-path']);
    if (isRefusal(files)) return files;
    const { type } = call.opts;
    return (await describeAll(files)).filter((one) => type === undefined || one.type === type);
  },
  text: (formulas, { paint }) => {
    if (formulas.length === 0) return 'No formula here. Write one: gt formula create <name>';
    const rows = formulas.map(({ name, type, steps, vars, origin, shadows, description, faults }) => {
      const hides = [...new Set(shadows.map((one) => one.origin))];
      return [
        paint.bold(name),
        type ?? '?',
        steps === null ? '' : String(steps),
        varsIn(vars),
        `${origin}${hides.length > 0 ? paint.dim(` hides ${hides.join(', ')}`) : ''}`,
        faults.length > 0
          ? paint.red(`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}: gt formula validate ${name}`)
          : description,
      ];
    });
    return table(rows, ['NAME', 'TYPE', 'STEPS', 'VARS', 'FROM', ''].map(paint.dim));
  },
});
