import { command } from '#cli/command';
import { limitOf } from '#cli/gating';
import { letterMeant } from '#cli/letter-meant';
import { mailBegins, mailText } from '#cli/mail-text';
import { withDesk } from '#cli/wire';
import { mailboxHere } from '#cli/wire-mail';
import { isRefusal } from '#core/refusals';
import { mailThread as threadOf } from '#views/mail';

/** A mail with all that belongs to it. */
export const mailThread = command({
  args: [{ name: 'id', required: true, help: 'a mail of it: its id, or its number in the mailbox' }],
  options: [
    { name: 'limit', short: 'n', value: 'count', help: 'how many of the last at most (default 20)' },
    { name: 'whole', help: 'all of each, and not only the beginning of a long one' },
  ],
  about: 'The oldest first.',
  example: 'gt mail thread 1',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const count = limitOf(call.opts.limit, 20);
      if (isRefusal(count)) return count;
      const here = await mailboxHere(town, call.io, undefined);
      if (isRefusal(here)) return here;
      const id = await letterMeant(town, here, call.args.id);
      if (isRefusal(id)) return id;
      return { ...(await threadOf(town.desk.books, id, count)), whole: call.opts.whole };
    }),
  text: ({ mails, count, whole }, show) => {
    const more =
      count > mails.length
        ? [show.paint.dim(`${count - mails.length} earlier in this thread: \`-n ${count}\` shows them too`)]
        : [];
    return [...more, ...mails.map((mail) => (whole ? mailText : mailBegins)(mail, show))].join('\n\n');
  },
});
