import { command } from '#cli/command';
import { withNearest } from '#cli/ids';
import { withDesk } from '#cli/wire';
import { isRefusal, refuse } from '#core/refusals';
import { attachMolecule, detachMolecule } from '#ops/attach-molecule';

/** Pins a molecule to a work item. */
export const molAttach = command({
  args: [
    { name: 'item', required: true, help: 'the work item whose agent is to work it' },
    { name: 'molecule', required: true, help: 'an open molecule that hangs under nothing' },
  ],
  about: 'An item has one open molecule at a time.',
  example: 'gt mol attach sh-4kx sh-mol-9ab',
  run: ({ args, global, io }) =>
    withDesk({ global, io }, { wait: 'agent' }, async (town) => {
      const mol = await attachMolecule(town.desk, { work: args.item, mol: args.molecule });
      return isRefusal(mol) ? withNearest(mol, town) : { id: mol.id, title: mol.title, work: args.item };
    }),
  text: ({ id, title, work }) => `${id} ${title} is attached to ${work}`,
});

/** Takes it off again. */
export const molDetach = command({
  args: [{ name: 'item', required: true, help: 'the work item' }],
  about: 'Both are kept.',
  example: 'gt mol detach sh-4kx',
  run: ({ args, global, io }) =>
    withDesk({ global, io }, { wait: 'agent' }, async (town) => {
      const done = await detachMolecule(town.desk, args.item);
      return isRefusal(done) ? withNearest(done, town) : done;
    }),
  text: ({ work, mol }) => (mol === null ? `Nothing is attached to ${work}` : `${mol} is off ${work}; both are kept`),
});

/** Takes the molecule that a mail names onto my hook. */
export const molAttachFromMail = command({
  args: [{ name: 'mail', required: true, help: 'the mail that names it' }],
  example: 'gt mol attach-from-mail hq-m4kx',
  run: () => refuse('MAIL_NOT_YET', { hint: 'Attach it by its id: `gt mol attach <item> <molecule>`.' }),
});
