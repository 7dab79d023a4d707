import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { patienceOf, writerOf } from '#cli/wire-mail';
import { parseAddress } from '#core/address';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { subscribe, unsubscribe } from '#ops/channels';

/** `channel:news` or `news`. */
function channelOf(said: string): string | Refusal {
  const read = parseAddress(said.startsWith('channel:') ? said : `channel:${said}`, { rigs: [], machine: '' });
  if (!isRefusal(read) && read.kind === 'channel') return read.name;
  return refuse('USAGE', {
    what: `\`${said}\` is no name of a channel.`,
    hint: 'Letters, digits, `.`, `_` and `-`: `gt mail subscribe channel:news`.',
  });
}

const verb = (doing: typeof subscribe, isOn: boolean) =>
  command({
    args: [{ name: 'channel', required: true, help: 'channel:<name>' }],
    about: isOn
      ? 'Whoever subscribes gets what is sent to the channel from now on; earlier posts are in `gt mail inbox channel:<name>`.'
      : 'Its posts stay readable: `gt mail inbox channel:<name>`.',
    example: `gt mail ${isOn ? 'subscribe' : 'unsubscribe'} channel:news`,
    run: ({ args, global, io }) => {
      const name = channelOf(args.channel);
      if (isRefusal(name)) return name;
      return withDesk({ global, io }, patienceOf(io), async (town) => {
        const writer = await writerOf(town, io);
        if (isRefusal(writer)) return writer;
        const done = await doing(town.desk, name, { box: writer.from, line: writer.fromLine });
        return isRefusal(done)
          ? done
          : { channel: name, who: writer.from, subscribed: isOn, subscribers: done.subscribers.length };
      });
    },
    text: ({ channel, who, subscribers }, { paint }) =>
      `${who} is ${isOn ? 'on' : 'off'} ${paint.bold(`channel:${channel}`)}, with ${subscribers} on it`,
  });

/** Puts who calls on a channel. */
export const mailSubscribe = verb(subscribe, true);

/** Takes who calls off a channel. */
export const mailUnsubscribe = verb(unsubscribe, false);
