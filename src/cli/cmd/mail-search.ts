import { command } from '#cli/command';
import { limitOf } from '#cli/gating';
import { lettersText } from '#cli/mail-text';
import { withDesk } from '#cli/wire';
import { mailboxHere } from '#cli/wire-mail';
import { isRefusal, refuse } from '#core/refusals';
import { mailSearch as searched } from '#views/mail';

/** Finds mails. */
export const mailSearch = command({
  args: [{ name: 'words', required: true, many: true, help: 'words that all stand in it, or in its subject or sender' }],
  options: [
    { name: 'box', value: 'address', help: 'in whose mailbox (for people)' },
    { name: 'limit', short: 'n', value: 'count', help: 'how many at most (default 20)' },
  ],
  about: 'Words are found as they are written, capitals or not: nothing in them is a pattern. The archive is looked through too.',
  example: 'gt mail search api docs',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const count = limitOf(call.opts.limit, 20);
      if (isRefusal(count)) return count;
      const words = call.args.words.join(' ').trim();
      if (words === '')
        return refuse('USAGE', {
          what: 'There is nothing to look for.',
          hint: 'Name a word or more: `gt mail search api docs`.',
        });
      const here = await mailboxHere(town, call.io, call.opts.box);
      if (isRefusal(here)) return here;
      return searched(town.desk.books, here.mailbox, words, count);
    }),
  text: ({ letters, looked, of }, show) => {
    const mails = `${looked} ${looked === 1 ? 'mail was' : 'mails were'} looked through`;
    const far = looked < of ? `only the newest ${looked} of ${of} mails were looked through` : mails;
    return letters.length === 0 ? `Nothing found; ${far}.` : `${lettersText(letters, show)}\n${show.paint.dim(far)}`;
  },
});
