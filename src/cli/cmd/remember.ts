import { command } from '#cli/command';
import { scopeSaid } from '#cli/memory-scope';
import { withDesk } from '#cli/wire';
import { scopeInWords } from '#core/memory';
import { isRefusal } from '#core/refusals';
import { remember as kept } from '#ops/remember';

/** Keeps a fact, which agents are told at their start from then on. */
export const remember = command({
  args: [{ name: 'fact', required: true, help: 'what is to be known, in one line' }],
  options: [
    { name: 'rig', value: 'rig', help: 'for the agents of this rig (so it is kept when an agent of a rig says nothing else)' },
    { name: 'role', value: 'role', help: 'for all of a role: mayor, crew, polecat, …' },
    { name: 'everyone', help: 'for every agent (so it is kept when you say nothing else)' },
    { name: 'mine', help: 'for the agent alone that says it' },
    { name: 'key', value: 'key', help: 'in the place of what was kept under this key' },
  ],
  example: 'gt remember "the tests need Redis on port 6380" --rig shop',
  run: ({ args, opts, global, io }) =>
    withDesk({ global, io }, { wait: io.env['GT_SESSION'] ? 'agent' : 'person' }, (town) => {
      const scope = scopeSaid(town, io, opts);
      if (isRefusal(scope)) return scope;
      return kept(town.desk, { text: args.fact, scope, key: opts.key, by: io.env['BD_ACTOR'] || 'overseer' });
    }),
  text: ({ id, for: scope }, { quiet, paint }) =>
    quiet ? id : `Kept for ${scopeInWords(scope)} as ${paint.bold(id)}: its agents are told at their next start.`,
});
