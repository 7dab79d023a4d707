import { gtFor } from '#core/agent-words';
import { isQuiet } from '#core/delivery';
import { addressOf, type Holder, isAgentId, lineOf } from '#core/holder';
import { mailboxOf } from '#core/mail';
import { relativeTime } from '#core/relative-time';
import type { Books } from '#world/store/books';
import { type Reason, reason } from './reason.ts';

/** Subjects that a start lists. */
const LISTED = 5;

/** The mailbox of whoever has sessions. */
const mailboxOfHolder = (holder: Holder): string => mailboxOf({ box: addressOf(holder), line: lineOf(holder) });

/** How much lies unread in the mailbox of whoever has sessions. */
export const unreadOf = (books: Books, holder: Holder): Promise<number> =>
  books.count(`letters.unread:${mailboxOfHolder(holder)}`);

/**
 * What a session is told of its mail as it starts: how much lies unread that an earlier one was told of, or may have been, and how it is read. Empty when there
 * is none. What nobody was told yet comes by itself.
 */
export async function mailForPrime(books: Books, holder: Holder, now: number): Promise<string> {
  const mailbox = mailboxOfHolder(holder);
  const [unread, waiting, ids] = await Promise.all([
    books.count(`letters.unread:${mailbox}`),
    books.count(`letters.waiting:${lineOf(holder)}`),
    books.indexFromEnd(`letters.unread:${mailbox}`, LISTED + 20), // the newest may be among those that wait
  ]);
  const newest = await books.readMany('letter', ids);
  const known = unread - waiting;
  if (known <= 0) return '';
  const letters = newest.filter((one) => one.told !== 'waiting').slice(0, LISTED);
  const lines = letters.map(
    ({ message, from, subject, at }) => `- ${message} from ${from}, ${relativeTime(at, now)}: ${subject}`,
  );
  const more = known > letters.length ? [`- and ${known - letters.length} more: \`gt mail inbox --unread\``] : [];
  const title = known === 1 ? '1 mail that was told before is unread' : `${known} mails that were told before are unread`;
  return [`${title} (\`gt mail read <id>\`):`, ...lines, ...more].join('\n');
}

/** An agent that is not told soon, and why. */
export type Away = { readonly box: string; readonly why: string };

/** Those among the first few mailboxes of a mail whose agents are not told of it soon. @param pressing it is told at any time */
export async function whoIsAway(
  books: Books,
  boxes: ReadonlyArray<{ readonly box: string; readonly line: string | null }>,
  { now, pressing = false }: { readonly now: number; readonly pressing?: boolean },
): Promise<Away[]> {
  const away = boxes.slice(0, LISTED).map(async ({ box, line }): Promise<Away[]> => {
    if (line === null) return [];
    const isLasting = isAgentId(line);
    const [agent, work, recipient] = await Promise.all([
      isLasting ? books.read('agent', line) : undefined,
      isLasting ? undefined : books.read('work', line),
      books.read('recipient', line),
    ]);
    if (agent?.killed || work?.parked?.as === 'killed') return [{ box, why: `it was killed (\`gt wake ${box}\`)` }];
    if (agent?.asleep || work?.parked) return [{ box, why: `it sleeps (\`gt wake ${box}\`)` }];
    if (isLasting && !agent?.wanted)
      return [{ box, why: `nobody has started it (\`${agent ? gtFor(agent, 'start') : 'gt mayor start'}\`)` }];
    const isHeld = !pressing && recipient !== undefined && isQuiet(recipient, now);
    return isHeld ? [{ box, why: `it does not want to be disturbed (\`gt dnd off --agent ${box}\`)` }] : [];
  });
  return (await Promise.all(away)).flat();
}

/** Why mail for the agent of a line waits; nothing when none does. */
export async function whyMailWaits(books: Books, line: string): Promise<Reason[]> {
  const [waiting, recipient] = await Promise.all([books.count(`letters.waiting:${line}`), books.read('recipient', line)]);
  const open = await books.readMany(
    'delivery',
    (recipient?.line ?? []).map(({ id }) => id),
  );
  const mail = open.find((one) => one.mail);
  if (!mail) return [];
  const count = waiting + (mail.letters?.length ?? 0);
  const mails = `${count} ${count === 1 ? 'mail' : 'mails'}`;
  const [first] = open;
  const at = recipient?.dnd
    ? `it does not want to be disturbed${recipient.dnd.until ? `, until ${new Date(recipient.dnd.until).toISOString().slice(0, 16)}Z` : ''} (\`gt dnd off\`)`
    : mail.state === 'claimed'
      ? `${mail.id} is claimed for its ${mail.claim?.path ?? 'terminal'}`
      : first && first.id !== mail.id
        ? `${first.id}, which is ${first.state}, is before it`
        : (mail.why ?? 'it is told at the end of its turn, after a tool, or when it is back');
  return [reason('mail-waits', `${mails} for it ${count === 1 ? 'waits' : 'wait'} to be told.`, at, 'gt nudge list')];
}
