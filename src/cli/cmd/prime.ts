import { command } from '#cli/command';
import { takeReady } from '#cli/hand-step';
import { asHook } from '#cli/hook-call';
import { type OpenTown, withDesk } from '#cli/wire';
import { primeGround } from '#cli/wire-prime';
import { contextOut, type HookInput, hookForm } from '#core/hook-words';
import { isRefusal } from '#core/refusals';
import { ack, type Caller } from '#ops/ack';
import { holderOf } from '#ops/holder-of';
import { prime as primed } from '#views/prime';

/** The context of the session that asks. Asking is also its word that it lives, unless its program asks as it starts. */
export const prime = command({
  args: [{ name: 'agent', help: 'whose context to show (default: of this session, else of the agent of this directory)' }],
  options: [
    { name: 'hook', help: 'called by a hook of the agent program: reads its JSON, prints what it takes, never fails' },
    { name: 'whole', help: 'all of it, however long' },
  ],
  about:
    'Hooks call it when a conversation starts, goes on, or was made shorter. Role, assignment, mail, memories and directives; the role is told by prompts/ of gt, and by prompt-overlays/<role>.md and directives/<role>.md of town and rig.',
  example: 'gt prime mayor',
  run: async (call) => {
    const { args, opts, global, io } = call;
    const context = (input: HookInput) =>
      withDesk(
        { global, io },
        { wait: opts.hook ? 'hook' : io.env['GT_SESSION'] ? 'agent' : 'person', lean: true },
        async (town) => {
          const ground = await primeGround(town, io, args.agent);
          if (isRefusal(ground)) return ground;
          const { holder } = ground;
          const caller = ground.caller as Caller | undefined;
          // At every prompt again it would only fill the context.
          const again = isAtPrompt(input, io.env['GT_PRIME_AT']) && holder?.session?.primed === momentOf(input);
          if (caller && opts.hook && again) return heardOnly(town, caller, input);
          if (caller && holder?.['molecule'] !== undefined) await takeReady(town, caller, io);
          const now = caller ? await holderOf(town.desk.books, caller.run) : holder;
          const found = await primed(town.desk, { ...ground, holder: now, whole: opts.whole });
          if (isRefusal(found)) return found;
          const { faults, ...told } = found;
          // A person who looks is told what is wrong; an agent starts without it.
          if (!caller && !opts.hook && faults[0]) return faults[0];
          town.failpoint('prime-read');
          // Noted last: what a hook that is killed has not printed is printed by the next one.
          const heard = caller && (await ack(town.desk, caller, { ...input, primed: momentOf(input) }));
          return isRefusal(heard) ? heard : told;
        },
      );
    if (!opts.hook) return context({});
    return asHook(call, async (input) => {
      const found = await context(input);
      return found === undefined || isRefusal(found)
        ? found
        : { ...found, context: contextOut(found.context, hookForm(io.env['GT_HOOK_FORM']), input.event) };
    });
  },
  text: (value) => value?.context ?? '',
});

async function heardOnly({ desk }: OpenTown, caller: Caller, input: HookInput) {
  const heard = await ack(desk, caller, input);
  return isRefusal(heard) ? heard : undefined;
}

/** What the context is printed for: the conversation, which a clear or a compaction begins anew. */
const momentOf = ({ conversation, source }: HookInput): string =>
  `${conversation ?? 'this'}${source === 'compact' || source === 'clear' ? ` ${source}` : ''}`;

/** A program whose prompts alone carry context calls at each of them. */
const isAtPrompt = ({ event }: HookInput, at: string | undefined): boolean => at === 'prompt' && event !== 'SessionStart';
