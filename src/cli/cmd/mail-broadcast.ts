import { command } from '#cli/command';
import { mailed, postByAddress, sentText, WRITING } from '#cli/mailing';
import { mailTextOf } from '#cli/wire-mail';
import { isRefusal } from '#core/refusals';

/** Sends a mail to every agent that is there. */
export const mailBroadcast = command({
  args: [{ name: 'text', many: true, help: 'the text' }],
  options: [...WRITING, { name: 'rig', value: 'rig', help: 'only to the agents of this rig' }],
  about:
    'To all that are at work or wanted, but not to who sends it. Who comes later is not told: that is what a channel is for.',
  example: 'gt mail broadcast "The build server is down until noon"',
  run: async (call) => {
    const { args, opts, io } = call;
    const words = args.text.length > 0 ? args.text.join(' ') : undefined;
    const text = await mailTextOf({ text: opts.message ?? words, file: opts.file, stdin: opts.stdin }, io);
    if (isRefusal(text)) return text;
    const { subject, cc, type, priority, auto, rig } = opts;
    const to = [rig === undefined ? '@town' : `@rig/${rig}`];
    return mailed(call, { to, cc, subject, text, type, priority, auto }, postByAddress);
  },
  text: sentText,
});
