import { isUrgent } from '#core/mail';
import { relativeTime } from '#core/relative-time';
import { withoutControls } from '#core/spoken';
import type { LetterLine, Opened } from '#views/mail';
import type { Show } from './command.ts';
import { table } from './table.ts';

/** From so many columns on a mail's id is shown beside its number, which says the same. */
const ROOMY = 100;

/** Letters as a table, newest first. Where the terminal is narrow subjects are cut, and those that have a number are known by it alone. */
export function lettersText(letters: readonly LetterLine[], { paint, now, width }: Show): string {
  const isNarrow = width < ROOMY && letters.every(({ n }) => n !== null);
  const rows = letters.map(({ n, message, from, subject, priority, type, at, state, told }) => [
    n === null ? '' : String(n),
    ...(isNarrow ? [] : [paint.bold(message)]),
    state === 'unread' ? paint.green('●') : state === 'archived' ? paint.dim('archived') : '',
    from,
    paint.dim(relativeTime(at, now)),
    [isUrgent(priority) ? paint.red('urgent') : '', type === 'note' ? '' : paint.cyan(type)].filter(Boolean).join(' '),
    state === 'unread' ? paint.bold(subject) : subject,
    told === 'waiting' || told === 'bound' ? paint.dim('not told yet') : told === 'unknown' ? paint.dim('perhaps told') : '',
  ]);
  return table(rows, undefined, { width, column: isNarrow ? 5 : 6 });
}

/** Of a long mail this much is shown among others. */
const BEGINNING = 2000;

/** A mail among others: of a long one the beginning. */
export const mailBegins = (mail: Opened, show: Show): string =>
  mail.body.length <= BEGINNING
    ? mailText(mail, show)
    : `${mailText({ ...mail, body: mail.body.slice(0, BEGINNING) }, show)} …\n${show.paint.dim(`(the beginning of ${mail.bytes} bytes)`)}`;

/** A mail whole; what an agent or its tools wrote moves nothing on the terminal of who reads it. */
export function mailText({ id, from, to, cc, subject, type, priority, at, replyTo, body }: Opened, { paint, now }: Show): string {
  const kind = [isUrgent(priority) ? 'urgent' : '', type === 'note' ? '' : type].filter(Boolean).join(', ');
  return [
    `${paint.bold(subject)}${kind && ` (${kind})`}`,
    paint.dim(
      `${id} from ${from} to ${to.join(', ')}${cc.length > 0 ? `, cc ${cc.join(', ')}` : ''}, ${relativeTime(at, now)}${replyTo ? `, answers ${replyTo}` : ''}`,
    ),
    // A mail of one line has it for its subject.
    ...(body.trim() === '' || body.trim() === subject ? [] : ['', withoutControls(body).trimEnd()]),
  ].join('\n');
}
