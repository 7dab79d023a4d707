import { command } from '#cli/command';
import { letterMeant } from '#cli/letter-meant';
import { mailed, sentText, WRITING } from '#cli/mailing';
import { groundOf, mailboxHere, mailTextOf } from '#cli/wire-mail';
import { isRefusal } from '#core/refusals';
import { replyMail } from '#ops/reply-mail';

/** Answers a mail. */
export const mailReply = command({
  args: [
    { name: 'id', required: true, help: 'the mail: its id, or its number in the mailbox' },
    { name: 'text', many: true, help: 'the answer' },
  ],
  options: [...WRITING, { name: 'all', short: 'a', help: 'also to all others who got it' }],
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
      const id = await letterMeant(town, here, args.id);
      if (isRefusal(id)) return id;
      const ground = await groundOf(town);
      return isRefusal(ground) ? ground : replyMail(town.desk, ground, id, mail, opts.all);
    });
  },
  text: sentText,
});
