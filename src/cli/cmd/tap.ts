import { callerOf } from '#cli/caller';
import { command, type Group } from '#cli/command';
import { asHook } from '#cli/hook-call';
import { withDesk } from '#cli/wire';
import { guardCommand } from '#core/guard';
import { denialOut, hookForm } from '#core/hook-words';
import { isRefusal } from '#core/refusals';
import { ack } from '#ops/ack';

/** Judges a tool before it runs. Exit code 2 refuses it, with the reason on stderr, which the model reads. */
const guard = command({
  about:
    'Refuses what would hurt gt: moving the target branch, removing the own worktree. Everything else may run, also when gt has a fault.',
  example: 'gt tap guard <hook.json',
  run: async (call) => {
    const { global, io, say } = call;
    let why: string | undefined;
    // Judged first and without the books: a town that is down lets nothing pass that it would not pass otherwise.
    await asHook(call, async ({ command: line, conversation }) => {
      why = line === undefined ? undefined : guardCommand(line, { worktree: io.env['GT_WORKTREE'], target: io.env['GT_TARGET'] });
      const caller = callerOf(io);
      if (isRefusal(caller)) return caller;
      return withDesk({ global, io }, { wait: 'hook', lean: true }, ({ desk }) => ack(desk, caller, { conversation }));
    });
    if (why === undefined) return undefined;
    say(why);
    return { why, said: denialOut(why, hookForm(io.env['GT_HOOK_FORM'])) };
  },
  text: (denied) => denied?.said ?? '',
  exit: (denied) => (denied && denied.said === '' ? 2 : 0),
});

/** Where the town taps into what an agent is about to do. */
export const tap: Group = {
  verbs: { guard: { help: 'Judges a tool before it runs (for hooks)', hot: true, load: () => guard } },
};
