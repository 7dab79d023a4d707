import { command } from '#cli/command';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';

/** The channels of the town. */
export const mailChannels = command({
  example: 'gt mail channels',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async ({ desk: { books } }) => {
      const channels = await books.readMany('channel', await books.index('channels'));
      const posts = await Promise.all(channels.map(({ id }) => books.count(`letters:channel:${id}`)));
      return {
        channels: channels.map(({ id, subscribers }, i) => ({
          address: `channel:${id}`,
          posts: posts[i] ?? 0,
          subscribers: subscribers.map(({ box }) => box),
        })),
      };
    }),
  text: ({ channels }, { paint }) =>
    channels.length === 0
      ? 'no channels: `gt mail subscribe channel:news` makes one'
      : table(
          channels.map(({ address, posts, subscribers }) => [
            paint.bold(address),
            `${posts} ${posts === 1 ? 'post' : 'posts'}`,
            subscribers.length === 0 ? paint.dim('nobody is on it') : subscribers.slice(0, 8).join(', '),
          ]),
        ),
});
