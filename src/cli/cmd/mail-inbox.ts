import { command } from '#cli/command';
import { limitOf } from '#cli/gating';
import { lettersText } from '#cli/mail-text';
import { withDesk } from '#cli/wire';
import { mailboxHere } from '#cli/wire-mail';
import { isRefusal } from '#core/refusals';
import { inbox } from '#views/mail';

/** What lies in a mailbox. */
export const mailInbox = command({
  args: [{ name: 'address', help: 'whose (for people; default the overseer)' }],
  options: [
    { name: 'unread', help: 'only what was not read' },
    { name: 'all', help: 'the archive too' },
    { name: 'limit', short: 'n', value: 'count', help: 'how many at most (default 20)' },
  ],
  about:
    'Newest first. The number of a mail stays its own, whatever comes or goes: `gt mail read 7`. An agent sees its own mailbox.',
  example: 'gt mail inbox --unread',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const count = limitOf(call.opts.limit, 20);
      if (isRefusal(count)) return count;
      const here = await mailboxHere(town, call.io, call.args.address);
      if (isRefusal(here)) return here;
      const which = call.opts.unread ? 'unread' : call.opts.all ? 'all' : 'kept';
      return { of: here.of, ...(await inbox(town.desk.books, here.mailbox, { which, count })) };
    }),
  text: ({ letters, total, unread, archived, of }, show) => {
    const sum = `${unread} unread of ${total} in the mailbox of ${of}${archived > 0 ? `, ${archived} in the archive (--all)` : ''}`;
    return letters.length === 0 ? sum : `${lettersText(letters, show)}\n${show.paint.dim(sum)}`;
  },
});
