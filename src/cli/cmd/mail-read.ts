import { command } from '#cli/command';
import { letterMeant } from '#cli/letter-meant';
import { mailText } from '#cli/mail-text';
import { withDesk } from '#cli/wire';
import { mailboxHere, patienceOf } from '#cli/wire-mail';
import { isRefusal, refuse } from '#core/refusals';
import { fileLetters } from '#ops/file-letters';
import { mailOpened } from '#views/mail';

/** Shows a mail, and notes that it was read. */
export const mailRead = command({
  args: [{ name: 'id', required: true, help: 'the mail: its id, or its number in the mailbox' }],
  options: [{ name: 'box', value: 'address', help: 'in whose mailbox (for people); then it stays unread' }],
  example: 'gt mail read 1',
  run: (call) =>
    withDesk(call, patienceOf(call.io), async (town) => {
      const { args, opts, io } = call;
      const here = await mailboxHere(town, io, opts.box);
      if (isRefusal(here)) return here;
      const id = await letterMeant(town, here, args.id);
      if (isRefusal(id)) return id;
      const mail = await mailOpened(town.desk.books, here.mailbox, id);
      if (!mail)
        return refuse('MAIL_UNKNOWN', { id, box: here.of, hint: `It lies elsewhere: \`gt mail thread ${id}\` shows it.` });
      const filed = here.isOwn ? await fileLetters(town.desk, here, [mail.id], 'read') : [];
      return isRefusal(filed) ? filed : mail;
    }),
  text: mailText,
});
