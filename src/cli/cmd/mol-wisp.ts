import { command, type Group } from '#cli/command';
import { idsOf } from '#cli/ids';
import { type Face, pouring } from '#cli/pouring';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';
import { parseDuration } from '#core/durations';
import { isRefusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { collectWisps } from '#ops/collect-wisps';
import { wispList as listed } from '#views/wisp-list';

const wispList = (face: Face) =>
  command({
    options: [{ name: 'all', help: 'those that have ended too' }],
    example: `${face} mol wisp list`,
    run: (call) =>
      withDesk(call, { wait: 'person' }, async ({ desk }) => {
        const { wisps, old } = await listed(desk.books, { all: call.opts.all, now: call.io.now() });
        if (face === 'gt') return { wisps, old };
        const beads = wisps.map(({ id, title, state, createdAt, touchedAt, old: isOld }) => ({
          id,
          title,
          status: state === 'closed' ? 'closed' : 'open',
          created_at: new Date(createdAt).toISOString(),
          updated_at: new Date(touchedAt).toISOString(),
          ...(isOld ? { old: true } : {}),
        }));
        return { wisps: beads, count: beads.length, ...(old > 0 ? { old_count: old } : {}) };
      }),
    text: (value, { paint, now }) => {
      const { wisps } = value as { wisps: ReadonlyArray<Record<string, unknown>> };
      if (wisps.length === 0) return 'No wisps.';
      const rows = wisps.map((one) => {
        const at = one['touchedAt'] ?? Date.parse(String(one['updated_at']));
        const age = relativeTime(Number(at), now);
        return [
          paint.bold(String(one['id'])),
          String(one['state'] ?? one['status']),
          one['old'] ? paint.yellow(age) : age,
          String(one['title']),
        ];
      });
      return table(rows, ['ID', 'STATE', 'TOUCHED', 'TITLE'].map(paint.dim));
    },
  });

const wispGc = (face: Face) =>
  command({
    options: [
      { name: 'age', value: 'time', help: 'open ones that nobody touched for so long (default 1h)' },
      { name: 'closed', help: 'those that have ended, instead' },
      { name: 'force', help: 'really, with --closed; without it they are only told' },
      { name: 'exclude-type', value: 'kind', help: 'not wisps of this kind', many: true },
      { name: 'dry-run', help: 'show which, burn none' },
    ],
    example: `${face} mol wisp gc --age 2h`,
    run: ({ opts, global, io }) => {
      const age = opts.age === undefined ? undefined : parseDuration(opts.age);
      if (opts.age !== undefined && age === undefined)
        return refuse('USAGE', { what: `--age cannot be \`${opts.age}\`.`, hint: 'Take a duration such as 90s, 30m, 1h.' });
      const dry = opts['dry-run'] || (opts.closed && !opts.force);
      return withDesk({ global, io }, { wait: 'agent' }, async ({ desk }) => {
        const ids = await collectWisps(desk, {
          closed: opts.closed,
          exclude: idsOf(opts['exclude-type']),
          dry,
          ...(age === undefined ? {} : { age }),
        });
        if (isRefusal(ids)) return ids;
        return face === 'gt'
          ? { ids, burned: !dry }
          : { cleaned_ids: ids, cleaned_count: ids.length, ...(dry ? { dry_run: true } : {}) };
      });
    },
    text: (value) => {
      const { ids, cleaned_ids: cleaned, burned, dry_run: dry } = value as Record<string, unknown>;
      const all = (ids ?? cleaned) as string[];
      if (all.length === 0) return 'Nothing to collect.';
      const done = burned === true || (burned === undefined && dry !== true);
      return `${done ? 'Burned' : 'Would burn'} ${all.length}: ${all.join(', ')}`;
    },
  });

/** Wisps: made, listed, collected. */
export const wisps = (face: Face): Group => ({
  bare: 'create',
  verbs: {
    create: { help: 'Makes a wisp of a formula', load: () => pouring('vapor', face) },
    list: { help: 'Lists wisps', aliases: ['ls'], load: () => wispList(face) },
    gc: { help: 'Burns wisps that nobody needs', load: () => wispGc(face) },
  },
});
