import { callerOf } from '#cli/caller';
import { type Call, command, type Io } from '#cli/command';
import { type OpenTown, withDesk } from '#cli/wire';
import { usualExpiry } from '#cli/wire-questions';
import { parseDuration } from '#core/durations';
import { ANSWER_KEPT_MS, CHOICES, QUESTION_BYTES } from '#core/limits';
import { nearest, orList } from '#core/nearest';
import { oneLine } from '#core/nudge-text';
import type { Escalation } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { relativeTime, timeLeft } from '#core/relative-time';
import { ask } from '#ops/ask';
import { tooLong } from '#ops/create-work';
import { heard } from '#ops/end-question';
import { type EscalationLine, escalationLine } from '#views/escalations';

const SEVERITIES: readonly string[] = ['low', 'medium', 'high', 'critical'];
/** An expiry is written within this, if a worker serves the town. */
const LATE_MS = 10_000;

/** What was asked, and whether its answer is here. */
type Told = EscalationLine & { readonly isAgent: boolean };

/** Asks a person. */
export const escalateRaise = command({
  args: [
    { name: 'topic', required: true, many: true, help: 'what is asked, in a line; or the id of the work item that is stuck' },
  ],
  options: [
    { name: 'severity', short: 's', value: 'level', help: 'low, medium, high or critical (default medium)' },
    { name: 'message', short: 'm', value: 'text', help: 'details: what you know, what you would do' },
    { name: 'choice', value: 'text', many: true, help: 'an answer to choose from; may be given several times' },
    { name: 'expires', value: 'time', help: 'how long the answer is waited for: 30m, 4h (default: questions.expire, 24h)' },
    { name: 'wait', help: 'stay until it is answered, and print the answer' },
  ],
  about:
    'An agent gets the answer by itself: at its prompt or through its hooks, also in a later session of the same work. With --wait it is printed here; ' +
    'exit code 6 when nobody answered in time. The same words again are one question.',
  example: 'gt escalate "Which database?" --choice Postgres --choice SQLite --wait',
  run: async (call) => {
    const { args, opts, global, io } = call;
    const severity = (opts.severity ?? 'medium').toLowerCase();
    if (!SEVERITIES.includes(severity))
      return refuse('USAGE', { what: `There is no severity \`${opts.severity}\`.`, hint: didYouMean(severity) });
    const expires = opts.expires === undefined ? undefined : parseDuration(opts.expires);
    if (opts.expires !== undefined && (!expires || expires > ANSWER_KEPT_MS))
      return refuse('USAGE', {
        what: `--expires cannot be \`${opts.expires}\`.`,
        hint: 'Take a duration such as 30m or 4h, 7d at most.',
      });
    const wrong = wrongWords(args.topic.join(' '), opts.choice, opts.message);
    if (wrong) return wrong;
    const caller = io.env['GT_SESSION'] ? callerOf(io) : undefined;
    if (isRefusal(caller)) return caller;
    if (opts.wait && !caller)
      return refuse('USAGE', {
        what: 'Only an agent waits for an answer.',
        hint: 'You are the one who answers: leave --wait out.',
      });
    if (expires && !caller)
      return refuse('USAGE', {
        what: 'Only what an agent asks expires.',
        hint: 'What you ask stays until you answer or close it: leave --expires out.',
      });
    return withDesk({ global, io }, { wait: caller ? 'agent' : 'person' }, async (town): Promise<Told | Refusal> => {
      const about = args.topic.length === 1 ? await town.desk.books.read('work', args.topic[0] ?? '') : undefined;
      const topic = about ? (opts.message ?? `${about.id} is stuck: ${about.title}`) : args.topic.join(' ');
      const asked = await ask(town.desk, {
        caller,
        topic: oneLine(topic).slice(0, QUESTION_BYTES),
        details: opts.message,
        about: about && { id: about.id, rig: about.rig },
        severity: severity as Escalation['severity'],
        choices: opts.choice.map(oneLine),
        expiresIn: expires ?? (await usualExpiry(town)),
        waits: opts.wait,
      });
      if (isRefusal(asked)) return asked;
      const done = opts.wait || asked.state === 'closed' ? await ended(asked, town, call) : asked;
      return isRefusal(done) ? done : { ...escalationLine(done), isAgent: caller !== undefined };
    });
  },
  text: ({ id, why, answer, count, expiresAt, severity, isAgent, todo }: Told, { paint, now, quiet }) => {
    if (answer) return answer.text;
    if (quiet) return id;
    const times = count > 1 ? `, for the ${count}th time` : '';
    const head = `${paint.bold(id)} asked${times} (${severity}): ${why}`;
    if (!isAgent) return `${head}\nIt stays until \`${todo}\`.`;
    const until = expiresAt === null ? '' : ` if it comes within ${timeLeft(expiresAt - now)}`;
    return `${head}\nThe answer reaches you by itself${until}: go on with what does not depend on it, or end your turn.`;
  },
});

const didYouMean = (severity: string): string => {
  const meant = nearest(severity, SEVERITIES);
  return meant.length > 0 ? `Did you mean ${orList(meant)}?` : 'Take low, medium, high or critical.';
};

function wrongWords(topic: string, choices: readonly string[], message: string | undefined): Refusal | undefined {
  if (topic.trim() === '')
    return refuse('USAGE', { what: 'There is no question.', hint: 'Ask it: `gt escalate "Which database?"`.' });
  const long =
    tooLong('topic', topic, QUESTION_BYTES) ??
    tooLong('message', message ?? '') ??
    choices.map((one) => tooLong('choice', one, QUESTION_BYTES)).find((one) => one !== undefined);
  if (long) return long;
  if (choices.length > CHOICES || choices.some((one) => one.trim() === ''))
    return refuse('USAGE', { what: 'These are no choices.', hint: `Give 2 to ${CHOICES} of them, each with some words.` });
  return undefined;
}

/** Waits by the town's events until it has ended, and says that its asker has heard of it. */
async function ended(
  { id, expiresAt = 0 }: Escalation,
  town: OpenTown,
  { io, say }: Pick<Call, 'say'> & { readonly io: Io },
): Promise<Escalation | Refusal> {
  const { untilEvent } = await import('#cli/wire-events');
  const { books } = town.desk;
  say(`${id} waits for a person's answer`);
  const late = AbortSignal.timeout(Math.min(2 ** 31 - 1, Math.max(0, expiresAt - io.now()) + LATE_MS));
  const look = async () => {
    const now = await books.read('escalation', id);
    return now?.state === 'closed' ? now : undefined;
  };
  const doc = await untilEvent(town, id, look, AbortSignal.any([late, io.interrupted]));
  if (!doc) return refuse('QUESTION_UNANSWERED', { id });
  const noted = await heard(town.desk, id);
  if (isRefusal(noted)) return noted;
  if (doc.ended === 'expired') return refuse('QUESTION_UNANSWERED', { id });
  if (doc.answer) return doc;
  const { closedBy = 'gt', reason = '', closedAt = 0 } = doc;
  return refuse('QUESTION_CLOSED', { id, by: closedBy, reason, at: relativeTime(closedAt, io.now()) });
}
