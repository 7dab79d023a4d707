import type { Palette } from '#cli/colour';
import { command, type Group } from '#cli/command';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';
import { soundRigs, unknownRig } from '#cli/wire-rigs';
import { isRefusal } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { mqList as listed, type Queue } from '#views/mq-list';

const ENDED = 20;

/** Lists merge queues. */
const list = command({
  args: [{ name: 'rig', help: 'of this rig only' }],
  options: [{ name: 'all', help: 'with those that left the queue last' }],
  example: 'gt mq list shop',
  run: ({ args, opts, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const rigs = await soundRigs(town);
      if (isRefusal(rigs)) return rigs;
      const wanted = args.rig === undefined ? rigs : rigs.filter(({ name }) => name === args.rig);
      if (args.rig !== undefined && wanted.length === 0)
        return unknownRig(
          args.rig,
          rigs.map(({ name }) => name),
        );
      return Promise.all(wanted.map((rig) => listed(town.desk.books, rig, opts.all ? { ended: ENDED } : {})));
    }),
  text: (queues, { paint, now }) =>
    queues.length === 0
      ? 'No rig yet: gt rig add <name> --path <repository>'
      : queues.map((queue) => queueText(queue, paint, now)).join('\n\n'),
});

/** A merge queue for people. */
export function queueText(
  { rig, target, checks, blocked, unpushed, unpushedWhy, enabled, requests }: Queue,
  paint: Palette,
  now: number,
): string {
  const tests =
    checks.length > 0 ? `checks: ${checks.join(', ')}` : paint.yellow('no checks configured: what lands is not tested');
  const notes = [
    ...(enabled ? [] : [paint.yellow('the refinery is off')]),
    ...(blocked ? [`${paint.red('stopped')} ${relativeTime(blocked.since, now)}: ${blocked.note}`] : []),
    ...(unpushed > 0 ? [`${paint.yellow(`${unpushed} landed locally, not pushed`)}: ${unpushedWhy ?? '?'}`] : []),
  ];
  const rows = requests.map(({ id, place, work, state, head, author, submittedAt, title, check, ended }) => [
    `  ${place ?? '–'}`,
    paint.bold(id),
    work,
    ended?.how ?? (check ? `${state}, ${check.id}` : state),
    head.slice(0, 10),
    author,
    relativeTime(ended?.at ?? submittedAt, now),
    title,
  ]);
  const body = rows.length > 0 ? table(rows) : `  ${paint.dim('nothing waits to land')}`;
  return [`${paint.bold(rig)} → ${target}  ${tests}`, ...notes.map((note) => `  ${note}`), body].join('\n');
}

/** The merge queue. */
export const mq: Group = {
  bare: 'list',
  verbs: { list: { help: 'Lists what waits to land', aliases: ['ls'], load: () => list } },
};
