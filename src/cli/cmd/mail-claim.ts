import { command } from '#cli/command';
import { mailText } from '#cli/mail-text';
import { withDesk } from '#cli/wire';
import { patienceOf, writerOf } from '#cli/wire-mail';
import { parseAddress } from '#core/address';
import { mailboxOf } from '#core/mail';
import { isRefusal, refuse } from '#core/refusals';
import { claimMail } from '#ops/claim-mail';
import { fileLetters } from '#ops/file-letters';
import { mailOpened } from '#views/mail';

/** Takes the oldest mail of a queue. */
export const mailClaim = command({
  args: [{ name: 'queue', required: true, help: 'queue:<name>' }],
  about: 'One mailbox that several take from: each mail goes to one of them. Nobody is told of what lies there.',
  example: 'gt mail claim queue:reviews',
  run: (call) => {
    const { args, io } = call;
    const queue = parseAddress(args.queue.startsWith('queue:') ? args.queue : `queue:${args.queue}`, { rigs: [], machine: '' });
    if (isRefusal(queue) || queue.kind !== 'queue')
      return refuse('USAGE', { what: `\`${args.queue}\` is no queue.`, hint: 'Name one: `gt mail claim queue:reviews`.' });
    return withDesk(call, patienceOf(io), async (town) => {
      const writer = await writerOf(town, io);
      if (isRefusal(writer)) return writer;
      const { from: box, fromLine: line } = writer;
      const letter = await claimMail(town.desk, queue.name, { box, line });
      if (isRefusal(letter)) return letter;
      if (!letter) return { queue: queue.name, mail: null };
      const mailbox = mailboxOf({ box, ...(line !== undefined && { line }) });
      const mail = await mailOpened(town.desk.books, mailbox, letter.message);
      const filed = await fileLetters(town.desk, { mailbox, isOwn: true }, [letter.message], 'read');
      return isRefusal(filed) ? filed : { queue: queue.name, mail: mail ?? null };
    });
  },
  text: ({ queue, mail }, show) => (mail ? mailText(mail, show) : `queue:${queue} is empty`),
});
