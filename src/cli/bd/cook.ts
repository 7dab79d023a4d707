import { command } from '#cli/command';
import { valuesOf } from '#cli/values';
import { withDesk } from '#cli/wire';
import { formulasHere } from '#cli/wire-formula-files';
import { cookProto, fillWith, formulaNamed } from '#cli/wire-formulas';
import { sentence } from '#core/formula/faults';
import { isRefusal } from '#core/refusals';
import { storeProto } from '#ops/store-proto';

/** Cooks a formula into a protomolecule, shows it, and stores it under the hash of its content. */
export const cook = command({
  args: [{ name: 'formula', required: true, help: 'the formula, by its name or file' }],
  options: [
    { name: 'var', value: 'k=v', help: 'a value; with one the texts are shown filled', many: true },
    { name: 'mode', value: 'mode', help: 'compile keeps placeholders, runtime fills them all', choices: ['compile', 'runtime'] },
    { name: 'dry-run', help: 'store nothing' },
    { name: 'persist', help: 'store it (it always is)' },
    { name: 'force', help: 'no difference here: what is stored is never changed' },
    { name: 'prefix', value: 'text', help: 'put in front of its id' },
    { name: 'search-path', value: 'folder', help: 'look only here', many: true },
    { name: 'rig', value: 'rig', help: 'as this rig sees it (default: the one you are in)' },
  ],
  about: 'What is stored is the template: values only shape its loops. Pour its id, and it is poured as it was then.',
  example: 'bd cook shiny --var feature=auth --dry-run',
  run: async (call) => {
    const { args, opts, io } = call;
    const files = formulasHere(call, opts.rig, opts['search-path']);
    if (isRefusal(files)) return files;
    const named = formulaNamed(files, args.formula, io, { anywhere: true });
    if (isRefusal(named)) return named;
    const vars = valuesOf(opts.var);
    if (isRefusal(vars)) return vars;
    const wish = { name: named.name, vars, ...(opts.prefix === undefined ? {} : { prefix: opts.prefix }) };
    const cooked = cookProto(named.files, wish);
    if (isRefusal(cooked)) return cooked;
    const fills = opts.mode === 'runtime' || (opts.mode === undefined && opts.var.length > 0);
    const filled = fills ? fillWith(cooked.proto, vars, cooked.source) : { plan: cooked.proto, warnings: [] };
    if (isRefusal(filled)) return filled;
    const shown = { ...filled.plan, source: cooked.source, warnings: [...cooked.warnings, ...filled.warnings].map(sentence) };
    if (opts['dry-run']) return { proto: null, fresh: false, ...shown };
    return withDesk(call, { wait: 'person' }, async ({ desk }) => {
      const stored = await storeProto(desk, cooked.proto, cooked.source);
      return isRefusal(stored) ? stored : { proto: stored.proto.id, fresh: stored.fresh, ...shown };
    });
  },
  text: ({ proto, fresh, formula, root, steps, vars, warnings }, { paint, quiet }) => {
    if (quiet) return proto ?? '';
    const bare = (id: string) => id.slice(root.length + 1);
    const lines = steps.map((step) => {
      const from = step.origin.formula === formula ? step.origin.at : `${step.origin.formula}@${step.origin.at}`;
      const by = step.origin.by.map(({ how, name }) => `, ${how} ${name}`).join('');
      const needs = step.needs.length > 0 ? `  needs ${step.needs.map(bare).join(', ')}` : '';
      return `${step.parent === root ? '  ' : '    '}${bare(step.id)}  ${step.title}${needs}${paint.dim(`  (${from}${by})`)}`;
    });
    const asked = Object.entries(vars).flatMap(([name, { required }]) => (required ? [name] : []));
    const kept = proto === null ? 'not stored' : fresh ? 'stored' : 'stored before';
    return [
      `${paint.bold(proto ?? root)}  ${formula}, ${steps.length} steps, ${kept}`,
      ...lines,
      ...warnings.map((warning) => paint.yellow(warning)),
      ...(proto === null ? [] : [`Next: ${['bd mol pour', proto, ...asked.map((name) => `--var ${name}=…`)].join(' ')}`]),
    ].join('\n');
  },
});
