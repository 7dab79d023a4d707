import { callerOf } from '#cli/caller';
import { command } from '#cli/command';
import { takeReady } from '#cli/hand-step';
import { asHook } from '#cli/hook-call';
import { withDesk } from '#cli/wire';
import { contextOut, type HookInput, hookForm } from '#core/hook-words';
import { isRefusal } from '#core/refusals';
import { ack } from '#ops/ack';
import { prime as primed } from '#views/prime';

/** The context of the session that asks. Asking is also its word that it lives, unless its program asks as it starts. */
export const prime = command({
  options: [{ name: 'hook', help: 'called by a hook of the agent program: reads its JSON, prints what it takes, never fails' }],
  about: 'Hooks call it when a conversation starts, goes on, or was made shorter.',
  example: 'gt prime',
  run: async (call) => {
    const { opts, global, io } = call;
    const context = async (input: HookInput) => {
      const caller = callerOf(io);
      if (isRefusal(caller)) return caller;
      return withDesk({ global, io }, { wait: opts.hook ? 'hook' : 'agent', lean: true }, async (town) => {
        const { desk, failpoint } = town;
        const known = opts.hook ? await desk.books.read('run', caller.run) : undefined;
        // At every prompt again it would only fill the context.
        const again = isAtPrompt(input, io.env['GT_PRIME_AT']) && known?.session?.primed === momentOf(input);
        if (opts.hook && again) {
          const heard = await ack(desk, caller, input);
          return isRefusal(heard) ? heard : undefined;
        }
        if ((known ?? (await desk.books.read('run', caller.run)))?.molecule !== undefined) await takeReady(town, caller, io);
        const found = await primed(desk, caller, io.env['BD_ACTOR'] ?? caller.run);
        if (isRefusal(found)) return found;
        failpoint('prime-read');
        // Noted last: what a hook that is killed has not printed is printed by the next one.
        const heard = await ack(desk, caller, { ...input, primed: momentOf(input) });
        return isRefusal(heard) ? heard : found;
      });
    };
    const answer = opts.hook
      ? await asHook(call, async (input) => {
          const found = await context(input);
          return found === undefined || isRefusal(found)
            ? found
            : { context: contextOut(found.context, hookForm(io.env['GT_HOOK_FORM']), input.event) };
        })
      : await context({});
    return answer;
  },
  text: (value) => value?.context ?? '',
});

/** What the context is printed for: the conversation, which a clear or a compaction begins anew. */
const momentOf = ({ conversation, source }: HookInput): string =>
  `${conversation ?? 'this'}${source === 'compact' || source === 'clear' ? ` ${source}` : ''}`;

/** A program whose prompts alone carry context calls at each of them. */
const isAtPrompt = ({ event }: HookInput, at: string | undefined): boolean => at === 'prompt' && event !== 'SessionStart';
