import { agentMeant } from '#cli/agent-run';
import type { Io } from '#cli/command';
import { command } from '#cli/command';
import { type OpenTown, withDesk } from '#cli/wire';
import { patienceOf, writerOf } from '#cli/wire-mail';
import { parseDuration } from '#core/durations';
import { addressOf, lineOf } from '#core/holder';
import { OVERSEER } from '#core/mail';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { setDnd } from '#ops/dnd';

/** Do not disturb. */
export const dnd = command({
  args: [{ name: 'state', help: 'on or off; without it: how it is' }],
  options: [
    { name: 'until', value: 'time', help: 'on, for 30m, 2h, or until 14:00' },
    { name: 'agent', value: 'agent', help: 'which agent (for people)' },
  ],
  about:
    'An agent is not nudged and no mail is put before it meanwhile, except mail of priority 0; it lies in the mailbox, and is told in its order when this is off ' +
    'again. An agent says it of itself, a person of an agent. Nothing is put before a person who does not look.',
  example: 'gt dnd on --until 2h --agent shop/toast',
  run: ({ args, opts, global, io }) => {
    const { state } = args;
    if (state !== undefined && state !== 'on' && state !== 'off')
      return refuse('USAGE', { what: `\`${state}\` is neither on nor off.`, hint: 'Say `gt dnd on` or `gt dnd off`.' });
    const until = opts.until === undefined ? undefined : timeOf(opts.until, io.now());
    if (isRefusal(until)) return until;
    return withDesk({ global, io }, patienceOf(io), async (town) => {
      const who = await whose(town, io, opts.agent);
      if (isRefusal(who)) return who;
      const wish = { by: town.desk.actor, ...(until !== undefined && { until }) };
      const now =
        state === undefined && until === undefined
          ? await town.desk.books.read('recipient', who.line)
          : await setDnd(town.desk, who.line, state === 'off' ? undefined : wish);
      if (now && isRefusal(now)) return now;
      const quiet = now?.dnd && (now.dnd.until ?? Number.POSITIVE_INFINITY) > io.now() ? now.dnd : undefined;
      return { who: who.address, on: quiet !== undefined, until: quiet?.until ?? null };
    });
  },
  text: ({ who, on, until }, { paint, now }) =>
    on
      ? `${paint.bold(who)} is not disturbed${until === null ? '' : ` (until ${new Date(until).toISOString().slice(0, 16)}Z, ${relativeTime(until, now)})`}`
      : `${paint.bold(who)} is told of what comes`,
});

async function whose(town: OpenTown, io: Io, agent: string | undefined): Promise<{ line: string; address: string } | Refusal> {
  const writer = await writerOf(town, io);
  if (isRefusal(writer)) return writer;
  const { from, fromLine } = writer;
  if (fromLine === undefined && (agent === undefined || agent === OVERSEER)) return refuse('DND_PERSON');
  if (fromLine !== undefined && (agent === undefined || agent === from)) return { line: fromLine, address: from };
  if (fromLine !== undefined || agent === undefined)
    return refuse('USAGE', {
      what: `Whether ${agent} is disturbed is not yours to say.`,
      hint: 'Without --agent it is about you.',
    });
  const holder = await agentMeant(town, agent);
  return isRefusal(holder) ? holder : { line: lineOf(holder), address: addressOf(holder) };
}

/** The time (ms) that somebody names: a while from now, a time of day, or a date. */
function timeOf(said: string, now: number): number | Refusal {
  const span = parseDuration(/^\d+$/.test(said) ? Number.NaN : said);
  if (span !== undefined && span > 0) return now + span;
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(said) ?? [];
  if (hour !== undefined) {
    const at = new Date(now);
    at.setHours(Number(hour), Number(minute), 0, 0);
    return at.getTime() > now ? at.getTime() : at.getTime() + 24 * 3_600_000;
  }
  const at = /^\d{4}-/.test(said) ? Date.parse(said) : Number.NaN;
  if (at > now) return at;
  return refuse('USAGE', {
    what: `--until cannot be \`${said}\`.`,
    hint: 'Take a while (30m, 2h), a time of day (14:00), or a date to come.',
  });
}
