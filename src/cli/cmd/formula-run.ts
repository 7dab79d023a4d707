import { mkdirSync } from 'node:fs';
import { planned, runFormula } from '#chores/run-formula';
import { command } from '#cli/command';
import { valuesOf } from '#cli/values';
import { isUp, withDesk } from '#cli/wire';
import { unfitIn } from '#cli/wire-agents';
import { filledForRun } from '#cli/wire-cook';
import { templateOf } from '#cli/wire-molecules';
import { openRig, rigHere } from '#cli/wire-rigs';
import { runFacts } from '#cli/wire-run-facts';
import type { Proto } from '#core/formula/proto';
import { isRefusal, type Refusal, refuse } from '#core/refusals';

/** Runs a formula: a convoy's legs in parallel, any other step by step. */
export const formulaRun = command({
  args: [{ name: 'name', required: true, help: 'the formula, by its name or file, or a stored protomolecule by its id' }],
  options: [
    { name: 'var', value: 'k=v', help: 'a value of a variable or an input', many: true },
    { name: 'set', value: 'k=v', help: 'the same', many: true },
    { name: 'pr', value: 'number', help: 'the pull request that it is about' },
    { name: 'files', value: 'paths', help: 'the files that it is about, with commas between' },
    { name: 'rig', value: 'rig', help: 'which rig (default: the one you are in, or the only one)' },
    { name: 'on', value: 'id', help: 'the work item whose agent works it (default: a new one)' },
    { name: 'agent', value: 'agent', help: 'which agent is to do it' },
    { name: 'preset', value: 'name', help: 'only the legs of this preset' },
    { name: 'fresh', help: 'each step in a session of its own' },
    { name: 'fanout', help: 'every step as work of its own, in parallel (without --on)' },
    { name: 'dry-run', help: 'only show what would be poured' },
  ],
  example: 'gt formula run code-review --var pr=12',
  run: ({ args, opts, global, io, say }) => {
    const given = valuesOf([...opts.var, ...opts.set]);
    if (isRefusal(given)) return given;
    const vars = { ...given, ...(opts.pr ? { pr: opts.pr } : {}), ...(opts.files ? { files: opts.files } : {}) };
    return withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const rig = rigHere(town, opts.rig, io);
      if (isRefusal(rig)) return rig;
      const open = await openRig(town, rig);
      if (isRefusal(open)) return open;
      const template = await templateOf(town, args.name, { rig, vars, io });
      if (isRefusal(template)) return template;
      const dish = filledForRun(template, vars);
      if (isRefusal(dish)) return dish;
      for (const warning of dish.warnings) say(warning);
      const run = {
        ...{ plan: dish.plan, source: dish.source, rig, prefix: open.file.beads.prefix, vars, folder: open.layout.rig },
        facts: await runFacts({ io, say }, open, dish.plan, vars),
        ...(opts.on === undefined ? {} : { on: opts.on }),
        ...(opts.agent === undefined ? {} : { agent: opts.agent }),
        ...(opts.preset === undefined ? {} : { preset: opts.preset }),
        ...(template.id === undefined ? {} : { proto: template.id }),
        fresh: opts.fresh,
        fanout: opts.fanout,
      };
      if (opts['dry-run']) {
        const ready = planned(run, 'dry-run');
        return isRefusal(ready)
          ? ready
          : told({ molecule: null, work: opts.on ?? null, directory: ready.directory || null, plan: ready.plan }, true);
      }
      const ground = {
        desk: town.desk,
        unfit: unfitIn(town, io),
        makeFolders,
      };
      const ran = await runFormula(ground, run);
      return isRefusal(ran) ? ran : told(ran, isUp(town));
    });
  },
  text: ({ molecule, work, directory, steps, running }, { paint }) => {
    const list = steps.map(
      ({ id, title, needs }) =>
        `  ${id}${title === id ? '' : ` ${title}`}${needs.length > 0 ? paint.dim(` needs ${needs.join(', ')}`) : ''}`,
    );
    const head =
      molecule === null
        ? 'Would pour:'
        : `${paint.bold(molecule)}${work ? ` on ${paint.bold(work)}` : ''}: ${steps.length} steps`;
    return [
      head,
      ...list,
      ...(directory ? [`What they write lies in ${directory}`] : []),
      ...(molecule === null ? [] : [`Next: gt mol status ${molecule}`]),
      ...(running ? [] : [paint.yellow('The town is not running: nothing starts before `gt up`.')]),
    ].join('\n');
  },
});

function makeFolders(paths: readonly string[]): Refusal | undefined {
  for (const path of paths)
    try {
      mkdirSync(path, { recursive: true });
    } catch (fault) {
      const why = (fault as NodeJS.ErrnoException).code;
      return refuse('USAGE', {
        what: `The folder ${path} cannot be made (${why}).`,
        hint: 'See `output.directory` and `output.leg_pattern` of the formula.',
      });
    }
  return undefined;
}

type Told = { molecule: string | null; work: string | null; directory: string | null; plan: Proto };

const told = ({ plan, ...rest }: Told, running: boolean) => {
  const steps = plan.steps.map(({ id, title, needs, kind, description }) => ({
    id: bare(plan, id),
    title,
    kind,
    description,
    needs: needs.map((need) => bare(plan, need)),
  }));
  return { ...rest, formula: plan.formula, type: plan.type, steps, running };
};

const bare = (plan: Proto, id: string): string => id.slice(plan.root.length + 1);
