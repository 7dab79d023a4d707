import { command } from '#cli/command';
import { idsOf } from '#cli/ids';
import { letterMeant } from '#cli/letter-meant';
import { withDesk } from '#cli/wire';
import { mailboxHere, patienceOf } from '#cli/wire-mail';
import { isRefusal, refuse } from '#core/refusals';
import { archiveRead, fileLetters } from '#ops/file-letters';

/** Puts mails aside. */
export const mailArchive = command({
  args: [{ name: 'id', many: true, help: 'mails: their ids, or their numbers in the mailbox' }],
  options: [
    { name: 'read', help: 'all that was read' },
    { name: 'box', value: 'address', help: 'in whose mailbox (for people)' },
  ],
  about:
    'Its agent is not told any more of what is archived. `gt mail inbox --all` shows the archive, which is kept for 30 days.',
  example: 'gt mail archive --read',
  run: (call) =>
    withDesk(call, patienceOf(call.io), async (town) => {
      const { args, opts, io } = call;
      const here = await mailboxHere(town, io, opts.box);
      if (isRefusal(here)) return here;
      if (opts.read === args.id.length > 0)
        return refuse('USAGE', { what: 'Which mails?', hint: 'Name them, or take --read for all that was read.' });
      if (opts.read) {
        const count = await archiveRead(town.desk, here);
        return isRefusal(count) ? count : { archived: count, mails: [] };
      }
      const ids: string[] = [];
      for (const said of idsOf(args.id)) {
        const id = await letterMeant(town, here, said);
        if (isRefusal(id)) return id;
        ids.push(id);
      }
      const done = await fileLetters(town.desk, here, ids, 'archived');
      if (isRefusal(done)) return done;
      return { archived: done.length, mails: done.map(({ message, from, subject }) => ({ message, from, subject })) };
    }),
  text: ({ archived, mails }) =>
    [...mails.map(({ message, from, subject }) => `${message} from ${from}: ${subject}`), `${archived} archived`].join('\n'),
});
