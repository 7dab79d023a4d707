import { command } from '#cli/command';
import { idsOf, withNearest } from '#cli/ids';
import { planText } from '#cli/sling-text';
import { valuesOf } from '#cli/values';
import { isUp, withDesk } from '#cli/wire';
import { unfitIn } from '#cli/wire-agents';
import { placesForHands, placeText } from '#cli/wire-by-hand';
import { rigNames } from '#cli/wire-rigs';
import { explain, isRefusal, type Refusal, refuse } from '#core/refusals';
import { cannotSling, sling as slung } from '#ops/sling';

/** Puts items on the hook. */
export const sling = command({
  args: [{ name: 'ids', required: true, many: true, help: 'work items; the last word may be the rig that is to do them' }],
  options: [
    { name: 'target', value: 'rig', help: 'the rig that is to do them' },
    { name: 'agent', value: 'agent', help: 'which agent is to do them' },
    { name: 'no-spawn', help: 'start no agent: make the worktree, and print where you start one yourself' },
    { name: 'on', value: 'formula', help: 'the formula whose steps the agent works' },
    { name: 'var', value: 'k=v', help: 'a value of a variable of the formula (feature and issue are given)', many: true },
    { name: 'fresh', help: 'with --on: each step in a session of its own' },
    { name: 'dry-run', help: 'say who would do what, what would wait and what is refused; change nothing' },
  ],
  about:
    'An item that waits for others is accepted: it is done as soon as they are closed. With --no-spawn (or `spawn: "manual"` of the rig) any agent, or you, may do it: what calls gt in the worktree is its polecat.',
  example: 'gt sling sh-4kx sh-9ab shop',
  run: async ({ args, opts, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const names = rigNames(town);
      if (isRefusal(names)) return names;
      const words = idsOf(args.ids);
      const last = words.at(-1) ?? '';
      const rig = opts.target ?? (words.length > 1 && names.includes(last) ? last : undefined);
      const ids = rig === last && opts.target === undefined ? words.slice(0, -1) : words;
      const agent = opts.agent === undefined ? {} : { agent: opts.agent };
      const vars = valuesOf(opts.var);
      if (isRefusal(vars)) return vars;
      if (opts.on === undefined && (opts.var.length > 0 || opts.fresh))
        return refuse('USAGE', { what: 'These words are about a formula.', hint: 'Name it: `gt sling sh-4kx --on shiny`.' });
      const wish = {
        ids,
        ...(rig === undefined ? {} : { rig }),
        ...agent,
        unfit: unfitIn(town, io, opts['no-spawn']),
        manual: opts['no-spawn'],
      };
      const on = opts.on === undefined ? undefined : { formula: opts.on, vars, fresh: opts.fresh };
      if (opts['dry-run']) return (await import('#cli/sling-plan')).planned(town, io, wish, on);
      // Nothing is poured on an item that stays where it is.
      const refusal = on && (await cannotSling(town.desk, wish));
      if (refusal) return withNearest(refusal, town);
      const poured = on ? await (await import('#cli/sling-on')).pourOn(town, io, ids, on) : new Map<string, string>();
      if (isRefusal(poured)) return withNearest(poured, town);
      const answers = await slung(town.desk, wish);
      const [only] = answers;
      if (only && answers.length === 1 && !only.slung) return withNearest(only.refusal, town);
      const told = await Promise.all(
        answers.map(async (one) => (one.slung ? one : { ...one, refusal: sentence(await withNearest(one.refusal, town)) })),
      );
      const running = isUp(town);
      const begun = told.flatMap((one) => (one.slung && one.waitsFor.length === 0 ? [one.id] : []));
      const places = running ? await placesForHands(town, begun, opts['no-spawn'], io) : {};
      return { slung: told, molecules: Object.fromEntries(poured), places, running };
    }),
  text: (value, { paint, now }) => {
    if ('dryRun' in value) return planText(value, { paint, now });
    const { slung: answers, molecules, places, running } = value;
    const lines = answers.map((one) => {
      if (!one.slung) return `${paint.red(one.id)} not slung: ${one.refusal.says} ${one.refusal.try}`;
      const waits = one.waitsFor.length > 0 ? `, waits for ${one.waitsFor.join(', ')}` : '';
      const mol = molecules[one.id];
      const place = places[one.id];
      const yours = place ? `, ${'waits' in place ? '' : 'yours to begin:\n  '}${placeText(place)}` : '';
      return `${paint.bold(one.id)} slung${mol ? ` on ${paint.bold(mol)}` : ''}${waits}${yours}`;
    });
    return running
      ? lines.join('\n')
      : [...lines, paint.yellow('The town is not running: nothing starts before `gt up`.')].join('\n');
  },
  exit: (value) => ('dryRun' in value ? value.not[0]?.exit : value.slung.find((one) => !one.slung)?.refusal?.exit) ?? 0,
});

const sentence = (refusal: Refusal) => {
  const { code, says, try: todo, exit } = explain(refusal);
  return { refused: code, says, try: todo, exit };
};
