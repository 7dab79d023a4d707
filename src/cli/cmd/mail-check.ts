import { command } from '#cli/command';
import { fetchByHook } from '#cli/hook-fetch';
import { isRefusal } from '#core/refusals';

/** What hooks call for what waits; people and agents see how much is unread. */
export const mailCheck = command({
  options: [{ name: 'inject', help: "print what waits for this session as context, for its agent's hooks" }],
  example: 'gt mail check',
  run: async (call) => {
    if (call.opts.inject) return fetchByHook(call, 'context');
    const { withDesk } = await import('#cli/wire');
    const { mailboxHere } = await import('#cli/wire-mail');
    return withDesk(call, { wait: 'person' }, async (town) => {
      const here = await mailboxHere(town, call.io, undefined);
      if (isRefusal(here)) return here;
      return { mailbox: here.of, unread: await town.desk.books.count(`letters.unread:${here.mailbox}`) };
    });
  },
  text: (found, { paint }) => {
    if (!found) return '';
    const { unread } = found;
    return unread === 0 ? 'no unread mail' : `${paint.bold(String(unread))} unread: \`gt mail inbox --unread\``;
  },
});
