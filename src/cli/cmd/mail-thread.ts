import { command } from '#cli/command';
import { mailText } from '#cli/mail-text';
import { withDesk } from '#cli/wire';
import { mailboxHere } from '#cli/wire-mail';
import { isRefusal, refuse } from '#core/refusals';
import { mailMeant, mailThread as threadOf } from '#views/mail';

/** A mail with all that belongs to it. */
export const mailThread = command({
  args: [{ name: 'id', required: true, help: 'a mail of it, or its place in the inbox' }],
  example: 'gt mail thread 1',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const here = await mailboxHere(town, call.io, undefined);
      if (isRefusal(here)) return here;
      const id = await mailMeant(town.desk.books, here.mailbox, call.args.id);
      const thread = id === undefined ? undefined : await threadOf(town.desk.books, id);
      return thread ?? refuse('MAIL_UNKNOWN', { id: call.args.id, box: here.of });
    }),
  text: ({ mails, count }, show) => {
    const more = count > mails.length ? [show.paint.dim(`${count - mails.length} earlier ones are left out`)] : [];
    return [...more, ...mails.map((mail) => mailText(mail, show))].join('\n\n');
  },
});
