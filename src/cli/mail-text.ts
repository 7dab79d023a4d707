import { isUrgent } from '#core/mail';
import { relativeTime } from '#core/relative-time';
import type { LetterLine, Opened } from '#views/mail';
import type { Show } from './command.ts';
import { table } from './table.ts';

/** Letters as a table, newest first. */
export function lettersText(letters: readonly LetterLine[], { paint, now }: Show): string {
  return table(
    letters.map(({ n, message, from, subject, priority, type, at, state, told }) => [
      n === null ? '' : String(n),
      paint.bold(message),
      state === 'unread' ? paint.green('●') : state === 'archived' ? paint.dim('archived') : '',
      from,
      paint.dim(relativeTime(at, now)),
      [isUrgent(priority) ? paint.red('urgent') : '', type === 'note' ? '' : paint.cyan(type)].filter(Boolean).join(' '),
      state === 'unread' ? paint.bold(subject) : subject,
      told === 'waiting' || told === 'bound'
        ? paint.dim('its agent is still to be told')
        : told === 'unknown'
          ? paint.dim('perhaps told')
          : '',
    ]),
  );
}

/** A mail whole. */
export function mailText({ id, from, to, cc, subject, type, priority, at, replyTo, body }: Opened, { paint, now }: Show): string {
  const kind = [isUrgent(priority) ? 'urgent' : '', type === 'note' ? '' : type].filter(Boolean).join(', ');
  return [
    `${paint.bold(subject)}${kind && ` (${kind})`}`,
    paint.dim(
      `${id} from ${from} to ${to.join(', ')}${cc.length > 0 ? `, cc ${cc.join(', ')}` : ''}, ${relativeTime(at, now)}${replyTo ? `, answers ${replyTo}` : ''}`,
    ),
    // A mail of one line has it for its subject.
    ...(body.trim() === '' || body.trim() === subject ? [] : ['', body.trimEnd()]),
  ].join('\n');
}
