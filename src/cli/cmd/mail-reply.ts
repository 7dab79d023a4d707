import { command } from '#cli/command';
import { mailed, sentText, WRITING } from '#cli/mailing';
import { groundOf, mailboxHere, mailTextOf } from '#cli/wire-mail';
import { isRefusal, refuse } from '#core/refusals';
import { replyMail } from '#ops/reply-mail';
import { mailMeant } from '#views/mail';

/** Answers a mail. */
export const mailReply = command({
  args: [
    { name: 'id', required: true, help: 'the mail, or its place in the inbox' },
    { name: 'text', many: true, help: 'the answer' },
  ],
  options: [...WRITING],
  about: 'The answer goes to who wrote it, and not to another agent that has its name by now.',
  example: 'gt mail reply ml-4kx2a9q "Done."',
  run: async (call) => {
    const { args, opts, io } = call;
    const words = args.text.length > 0 ? args.text.join(' ') : undefined;
    const text = await mailTextOf({ text: opts.message ?? words, file: opts.file, stdin: opts.stdin }, io);
    if (isRefusal(text)) return text;
    const { subject, cc, type, priority, auto } = opts;
    return mailed(call, { to: [], cc, subject, text, type, priority, auto }, async (town, mail) => {
      const here = await mailboxHere(town, io, undefined);
      if (isRefusal(here)) return here;
      const id = await mailMeant(town.desk.books, here.mailbox, args.id);
      if (id === undefined) return refuse('MAIL_UNKNOWN', { id: args.id, box: here.of });
      const ground = await groundOf(town);
      return isRefusal(ground) ? ground : replyMail(town.desk, ground, id, mail);
    });
  },
  text: sentText,
});
