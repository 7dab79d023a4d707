import { command } from '#cli/command';
import { mailed, postByAddress, sentText, WRITING } from '#cli/mailing';
import { mailTextOf } from '#cli/wire-mail';
import { OVERSEER } from '#core/mail';
import { isRefusal, refuse } from '#core/refusals';

/** Sends a mail. */
export const mailSend = command({
  args: [
    { name: 'address', many: true, help: 'who gets it: mayor, shop/witness, shop/toast, overseer; then, in one word, the text' },
  ],
  options: [
    ...WRITING,
    { name: 'human', help: 'to the overseer' },
    { name: 'reply-to', value: 'id', help: 'the mail that it answers' },
  ],
  about:
    'An agent is told of its mail once: through its hooks, else at its prompt when its turn is over. The text may stand behind the addresses, in quotes. ' +
    'For something short that is no use later there is `gt nudge`.',
  example: 'gt mail send shop/toast "The API has changed: look at docs/api.md"',
  run: async (call) => {
    const { args, opts, io } = call;
    const words = [...args.address];
    const isGiven = [opts.message, opts.file].some((one) => one !== undefined) || opts.stdin;
    const isBare = !isGiven && (words.length > 1 || (opts.human && words.length > 0));
    const bare = isBare ? words.pop() : undefined;
    const text = await mailTextOf({ text: opts.message ?? bare, file: opts.file, stdin: opts.stdin }, io);
    if (isRefusal(text)) return text;
    const to = [...(opts.human ? [OVERSEER] : []), ...words.flatMap((word) => word.split(',')).filter(Boolean)];
    if (to.length === 0)
      return refuse('USAGE', {
        what: 'The mail is for nobody.',
        hint: 'Name an address, or take --human: `gt mail send mayor "done"`.',
      });
    const { subject, cc, type, priority, auto, 'reply-to': replyTo } = opts;
    const written = { to, cc, subject, text, type, priority, auto, ...(replyTo !== undefined && { replyTo }) };
    return mailed(call, written, postByAddress);
  },
  text: sentText,
});
