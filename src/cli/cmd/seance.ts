import { command } from '#cli/command';
import { sessionTable } from '#cli/session-table';
import { countOf } from '#cli/values';
import { type Asked, askable, type Seance, talk } from '#cli/wire-seance';
import { parseDuration } from '#core/durations';
import { isRefusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';

const LIMIT = 20;
const TIMEOUT = '10m';

/** Asks an earlier session. */
export const seance = command({
  args: [{ name: 'list', help: '`list`, which is also what happens without a word' }],
  options: [
    { name: 'talk', value: 'session', help: 'ask this session; of a work item or an agent the last one' },
    { name: 'prompt', short: 'p', value: 'question', help: 'one question: its answer is printed' },
    { name: 'timeout', value: 'time', help: `how long the answer may take (default ${TIMEOUT})` },
    { name: 'rig', value: 'rig', help: 'list those of this rig only' },
    { name: 'item', value: 'id', help: 'list those of this work item only' },
    { name: 'role', value: 'role', help: 'list those of this role or agent only' },
    { name: 'limit', short: 'n', value: 'count', help: `how many (default ${LIMIT})` },
  ],
  about:
    'The session itself notices nothing: a copy of its conversation is asked, without the token of an agent. A program that cannot copy one goes on with it, which is refused while somebody has it open. Without -p you talk to it in your terminal.',
  example: 'gt seance --talk gp-4kx -p "Why did you leave the cache alone?"',
  run: async ({ args: { list }, opts, global, io }): Promise<Asked[] | Seance | ReturnType<typeof refuse>> => {
    if (list !== undefined && list !== 'list')
      return refuse('USAGE', {
        what: `gt seance does not take \`${list}\`.`,
        hint: `To ask a session: \`gt seance --talk ${list}\`.`,
      });
    const most = countOf(opts.limit, '--limit', LIMIT);
    if (isRefusal(most)) return most;
    const timeoutMs = parseDuration(opts.timeout ?? TIMEOUT);
    if (!timeoutMs)
      return refuse('USAGE', { what: `--timeout cannot be \`${opts.timeout}\`.`, hint: 'Take a duration such as 5m.' });
    if (opts.talk !== undefined) {
      if (opts.prompt?.trim() === '') return refuse('USAGE', { what: 'The question is empty.', hint: 'Ask something.' });
      return talk({ global, io }, { id: opts.talk, question: opts.prompt, timeoutMs });
    }
    if (opts.prompt !== undefined)
      return refuse('USAGE', { what: 'Nobody is named to ask.', hint: 'Say whom: `--talk <session>`.' });
    return askable({ global, io }, { rig: opts.rig, item: opts.item, agent: opts.role, most });
  },
  text: (value: Asked[] | Seance, { paint, now, width }) => {
    if (!Array.isArray(value))
      return value.answer ?? `The seance with ${value.session} is over${value.code === 0 ? '' : ` (exit code ${value.code})`}.`;
    if (value.length === 0) return 'No earlier session is known that could be asked.';
    const rows = value.map(({ id, address, live, beganAt, way, why, beacon }) => ({
      cells: [paint.bold(id), address, live ? paint.green('live') : relativeTime(beganAt, now), way ?? paint.dim('no')],
      beacon: beacon ?? paint.dim(why ?? ''),
    }));
    const lines = sessionTable(rows, ['SESSION', 'AGENT', 'BEGAN', 'ASKED BY'], width, paint);
    return [...lines, paint.dim('gt seance --talk <session> -p "…"')].join('\n');
  },
  exit: (value) => (Array.isArray(value) ? 0 : value.code),
});
