import { command } from '#cli/command';
import { idsOf, withNearest } from '#cli/ids';
import { isUp, withDesk } from '#cli/wire';
import { unfitIn } from '#cli/wire-agents';
import { rigNames } from '#cli/wire-rigs';
import { explain, isRefusal, type Refusal } from '#core/refusals';
import { sling as slung } from '#ops/sling';

/** Puts items on the hook. */
export const sling = command({
  args: [{ name: 'ids', required: true, many: true, help: 'work items; the last word may be the rig that is to do them' }],
  options: [
    { name: 'target', value: 'rig', help: 'the rig that is to do them' },
    { name: 'agent', value: 'agent', help: 'which agent is to do them' },
  ],
  about: 'An item that waits for others is accepted: it is done as soon as they are closed.',
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
      const answers = await slung(town.desk, { ids, ...(rig === undefined ? {} : { rig }), ...agent, unfit: unfitIn(town, io) });
      const [only] = answers;
      if (only && answers.length === 1 && !only.slung) return withNearest(only.refusal, town);
      const told = await Promise.all(
        answers.map(async (one) => (one.slung ? one : { ...one, refusal: sentence(await withNearest(one.refusal, town)) })),
      );
      return { slung: told, running: isUp(town) };
    }),
  text: ({ slung: answers, running }, { paint }) => {
    const lines = answers.map((one) => {
      if (!one.slung) return `${paint.red(one.id)} not slung: ${one.refusal.says} ${one.refusal.try}`;
      const waits = one.waitsFor.length > 0 ? `, waits for ${one.waitsFor.join(', ')}` : '';
      return `${paint.bold(one.id)} slung${waits}`;
    });
    return running
      ? lines.join('\n')
      : [...lines, paint.yellow('The town is not running: nothing starts before `gt up`.')].join('\n');
  },
  exit: ({ slung: answers }) => answers.find((one) => !one.slung)?.refusal.exit ?? 0,
});

const sentence = (refusal: Refusal) => {
  const { code, says, try: todo, exit } = explain(refusal);
  return { refused: code, says, try: todo, exit };
};
