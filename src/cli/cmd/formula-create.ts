import { command } from '#cli/command';
import { townOf } from '#cli/wire';
import { formulaFolder } from '#cli/wire-formula-files';
import { BEGINNINGS, type Beginning, isFormulaName, writeFormula } from '#cli/wire-formulas';
import { isRefusal, refuse } from '#core/refusals';

/** Writes a formula to begin with, which validates as it is. */
export const formulaCreate = command({
  args: [{ name: 'name', required: true, help: 'its name: letters, digits, ., _ and -' }],
  options: [
    { name: 'type', short: 't', value: 'type', help: 'what it is (default workflow)', choices: [...BEGINNINGS, 'task'] },
    { name: 'rig', value: 'rig', help: "among this rig's formulas (default: among the town's)" },
  ],
  example: 'gt formula create release --type workflow',
  run: ({ args, opts, global, io }) => {
    const town = townOf({ global, io });
    if (isRefusal(town)) return town;
    const { name } = args;
    if (!isFormulaName(name))
      return refuse('USAGE', { what: `\`${name}\` is no name.`, hint: 'A name is made of letters, digits, ., _ and -.' });
    const folder = formulaFolder(town, opts.rig);
    if (isRefusal(folder)) return folder;
    const type = opts.type === undefined || opts.type === 'task' ? 'workflow' : (opts.type as Beginning);
    const file = writeFormula(folder, name, type);
    return isRefusal(file) ? file : { name, type, file };
  },
  text: ({ name, file }, { paint, quiet }) =>
    quiet ? file : `${paint.bold(name)} is in ${file}\nNext: edit it, then gt formula validate ${name}`,
});
