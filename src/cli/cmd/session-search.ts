import { command } from '#cli/command';
import { cut } from '#cli/table';
import { countOf } from '#cli/values';
import { searched } from '#cli/wire-recordings';
import { parseDuration } from '#core/durations';
import { isRefusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';

const LIMIT = 20;

/** Looks for a text in what sessions showed. */
export const sessionSearch = command({
  args: [{ name: 'text', required: true, help: 'what is looked for, whatever its capitals' }],
  options: [
    { name: 'rig', value: 'rig', help: 'in sessions of this rig only' },
    { name: 'item', value: 'id', help: 'in sessions of this work item only' },
    { name: 'agent', value: 'agent', help: 'in sessions of this agent only' },
    { name: 'since', value: 'time', help: 'that began no longer ago than: 2h, 3d' },
    { name: 'limit', short: 'n', value: 'count', help: `stop after so many (default ${LIMIT})` },
  ],
  about: 'Looks at the text as it stood on the screen, the newest session first.',
  example: 'gt session search "out of memory" --rig shop --since 2d',
  run: ({ args: { text }, opts, global, io }) => {
    const { rig, item, agent } = opts;
    const most = countOf(opts.limit, '--limit', LIMIT);
    if (isRefusal(most)) return most;
    const ago = opts.since === undefined ? undefined : parseDuration(opts.since);
    if (opts.since !== undefined && ago === undefined)
      return refuse('USAGE', { what: `--since cannot be \`${opts.since}\`.`, hint: 'Take a duration such as 2h or 3d.' });
    if (text.trim() === '') return refuse('USAGE', { what: 'There is nothing to look for.', hint: 'Name a text.' });
    const since = ago === undefined ? undefined : io.now() - ago;
    return searched({ global, io }, { text, most, rig, item, agent, since });
  },
  text: ({ hits, sessions, isCut, missing }, { paint, now, width }) => {
    const lines: string[] = [];
    let last = '';
    for (const { session, address, beganAt, at, row } of hits) {
      if (session !== last) lines.push(`${paint.bold(session)} ${address}, ${relativeTime(beganAt, now)}`);
      last = session;
      lines.push(cut(`  ${paint.dim(clock(at))}  ${row.trim()}`, width));
    }
    const sum = `${hits.length}${isCut ? ' (there may be more)' : ''} in ${sessions} ${sessions === 1 ? 'recording' : 'recordings'}`;
    const lost = missing.map((what) => paint.yellow(`Not all of it could be read: ${what}.`));
    return [...lines, sum, ...lost].join('\n');
  },
  exit: ({ hits }) => (hits.length > 0 ? 0 : 1),
});

/** Seconds as `12:03`, for `--from` too. */
const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
