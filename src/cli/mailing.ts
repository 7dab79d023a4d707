import { randomBytes } from 'node:crypto';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { type Mail, newMailId, type Sent } from '#ops/send-mail';
import { type Away, whoIsAway } from '#views/mail-waiting';
import type { Call, Show } from './command.ts';
import { isUp, type OpenTown, withDesk } from './wire.ts';
import { groundOf, patienceOf, withoutSecrets, writerOf } from './wire-mail.ts';

/** Options of all commands that write a mail. */
export const WRITING = [
  { name: 'subject', short: 's', value: 'subject', help: 'its subject (else the first line of the text)' },
  { name: 'message', short: 'm', value: 'text', help: 'its text; - reads stdin' },
  { name: 'file', short: 'F', value: 'path', help: 'a file with the text' },
  { name: 'stdin', help: 'the text is piped in' },
  { name: 'type', value: 'type', help: 'what kind of mail it is (default note)' },
  { name: 'priority', short: 'p', value: '0-4', help: '0 and 1 go before others (default 2)' },
  { name: 'auto', help: 'a program sends it by itself: no other such mail is answered by it' },
  { name: 'cc', value: 'address', many: true, help: 'somebody who gets it too' },
] as const;

export type Written = Pick<Mail, 'to' | 'text' | 'subject' | 'replyTo'> & {
  readonly cc: readonly string[];
  readonly type: string | undefined;
  readonly priority: string | undefined;
  readonly auto: boolean;
};

/** What was sent, whether somebody serves the town, and who of those that it is for is not told soon. */
export type Told = Sent & { readonly running: boolean; readonly away: readonly Away[] };

/** Sends a mail for a call. `to` finds the mailboxes, or sends. The same call made again, because Redis was restarted, sends nothing twice. */
export async function mailed(
  { global, io }: Pick<Call, 'global' | 'io'>,
  written: Written,
  post: (town: OpenTown, mail: Mail) => Promise<Sent | Refusal>,
): Promise<Told | Refusal> {
  const priority = priorityOf(written.priority);
  if (isRefusal(priority)) return priority;
  const type = written.type ?? 'note';
  if (!/^[\w-]{1,40}$/.test(type))
    return refuse('USAGE', { what: `--type cannot be \`${type}\`.`, hint: 'Take one word, such as note or HELP.' });
  const id = newMailId((count) => randomBytes(count));
  const text = await withoutSecrets(written.text, io);
  return withDesk({ global, io }, patienceOf(io), async (town) => {
    const writer = await writerOf(town, io);
    if (isRefusal(writer)) return writer;
    const { to, cc, subject, replyTo, auto } = written;
    const answers = replyTo !== undefined && { replyTo };
    const mail = { ...writer, id, to, cc, subject, text, type, priority, ...(auto && { auto }), ...answers };
    const sent = await post(town, mail);
    if (isRefusal(sent)) return sent;
    const away = await whoIsAway(town.desk.books, sent.boxes, { now: io.now(), pressing: priority === 0 });
    return { ...sent, running: isUp(town), away };
  });
}

/** Sends to the addresses that the mail names. */
export async function postByAddress(town: OpenTown, mail: Mail): Promise<Sent | Refusal> {
  const { sendMail } = await import('#ops/send-mail');
  const ground = await groundOf(town);
  return isRefusal(ground) ? ground : sendMail(town.desk, ground, mail);
}

function priorityOf(said: string | undefined): number | Refusal {
  const words: Record<string, number> = { critical: 0, urgent: 0, high: 1, normal: 2, low: 3, backlog: 4 };
  const found = said === undefined ? 2 : (words[said.toLowerCase()] ?? Number(said.replace(/^p/i, '')));
  if (Number.isInteger(found) && found >= 0 && found <= 4) return found;
  return refuse('USAGE', {
    what: `--priority cannot be \`${said}\`.`,
    hint: 'Take 0 (first) to 4, or urgent, high, normal, low.',
  });
}

export function sentText({ id, boxes, subject, running, away }: Told, { paint, quiet }: Show): string {
  if (quiet) return id;
  const each = boxes.map((one) => (one.for === undefined ? one.box : `${one.box} (for ${one.for}, which no agent reads)`));
  const to = each.length === 0 ? 'nobody' : each.length <= 4 ? each.join(', ') : `${each.length} mailboxes`;
  const down =
    running || boxes.every(({ line }) => line === null)
      ? ''
      : `\n${paint.yellow('The town is not running: agents are told after `gt up`.')}`;
  const later = running ? away.map(({ box, why }) => `\n${paint.yellow(`${box} is told later: ${why}.`)}`) : [];
  return `${paint.bold(id)} to ${to}: ${subject}${down}${later.join('')}`;
}
