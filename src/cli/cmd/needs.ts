import type { Palette } from '#cli/colour';
import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { openRigs, rigHere } from '#cli/wire-rigs';
import { explain, isRefusal } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { type Need, needs as needed } from '#views/needs';

/** All that waits for you. */
export const needs = command({
  options: [
    { name: 'rig', value: 'rig', help: 'of this rig only' },
    { name: 'all', help: 'also questions that nobody answered in time' },
  ],
  about: 'The oldest that blocks something first; each with what it blocks and the command that answers it.',
  example: 'gt needs',
  run: ({ opts, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const rig = opts.rig === undefined ? undefined : rigHere(town, opts.rig, io);
      if (isRefusal(rig)) return rig;
      const all = await openRigs(town);
      if (isRefusal(all)) return all;
      const broken = all.broken.map(({ name, refusal }) => ({ name, ...explain(refusal) }));
      return needed(town.desk.books, { rigs: all.rigs, broken, rig, all: opts.all });
    }),
  text: ({ needs: waiting, expired }, { paint, now }) => {
    const lines = waiting.flatMap((need) => needText(need, paint, now));
    if (expired.length > 0)
      lines.push(paint.dim('Not answered in time:'), ...expired.flatMap((one) => pastText(one, paint, now)));
    return lines.length > 0 ? lines.join('\n') : 'Nothing waits for you.';
  },
});

/** One thing that waits, in two lines or more. */
export function needText(
  { id, what, blocks, since, severity, count, choices, todo, kind }: Need,
  paint: Palette,
  now: number,
): string[] {
  const holds = blocks.length > 0 ? `blocks ${blocks.slice(0, 5).join(', ')}${blocks.length > 5 ? ', …' : ''}` : '';
  const urgent = severity === 'high' || severity === 'critical' ? paint.red(severity) : '';
  const age = since > 0 ? relativeTime(since, now) : '';
  const about = [kind, urgent, age, count > 1 ? `${count} times` : '', holds].filter((part) => part !== '').join(', ');
  return [
    `${paint.bold(id)}  ${what}  ${paint.dim(`(${about})`)}`,
    ...choices.map((choice, at) => `  ${at + 1}. ${choice}`),
    `  ${paint.cyan(todo)}`,
  ];
}

const pastText = ({ id, what, since }: Need, paint: Palette, now: number): string[] => [
  `${paint.bold(id)}  ${what}  ${paint.dim(`(asked ${relativeTime(since, now)})`)}`,
];
