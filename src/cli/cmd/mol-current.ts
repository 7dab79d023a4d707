import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { nextInHand, whoCalls } from '#cli/wire-steps';
import { isAgentId } from '#core/holder';
import { moleculeText } from '#core/molecule/step-words';
import { isRefusal, refuse } from '#core/refusals';

/** The step in hand: of the session that asks, or of a molecule that a person names. */
export const molCurrent = command({
  args: [{ name: 'molecule', help: 'a molecule, or the work item that has it; without it the one on your hook' }],
  example: 'gt mol current',
  run: async ({ args, global, io }) => {
    const caller = args.molecule === undefined ? whoCalls(io) : undefined;
    if (isRefusal(caller)) return caller;
    if (caller && isAgentId(caller.run)) return refuse('HOOK_WITHOUT_ITEM');
    if (!caller && args.molecule === undefined)
      return refuse('USAGE', {
        what: 'Which molecule?',
        hint: 'Name it, or the work item that has it: `gt mol current gp-4kx`.',
      });
    return withDesk({ global, io }, { wait: caller ? 'agent' : 'person' }, async ({ desk, ...town }) => {
      if (caller) {
        const mol = await nextInHand({ ...town, desk }, io, caller, 0);
        const run = await desk.books.read('run', caller.run);
        if (!mol) return refuse('STEPS_NONE', { id: run?.work ?? 'Your item' });
        return desk.steps.standing(mol, run?.session?.leaving !== undefined);
      }
      const id = args.molecule ?? '';
      const work = await desk.books.read('work', id);
      const mol = await desk.books.read('molecule', work?.molecule ?? id);
      if (!mol) return refuse('MOLECULE_UNKNOWN', { id, hint: '`gt mol list` shows all.' });
      return { ...(await desk.steps.standing(mol)), person: true };
    });
  },
  text: moleculeText,
});
