import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { moleculeNamed, sayWhenDown } from '#cli/wire-molecules';
import { isRefusal } from '#core/refusals';
import { cancelMolecule } from '#ops/cancel-molecule';
import { legsAtWork } from '#views/legs-at-work';

/** Ends a molecule before its time. */
export const molCancel = command({
  args: [{ name: 'id', required: true, help: 'the molecule, or the item that has it' }],
  options: [{ name: 'reason', short: 'r', value: 'text', help: 'why (default: cancelled)' }],
  about:
    'What is open of it is closed as cancelled, what is done stays done. Molecules in it are cancelled too, and items of it that nobody has are closed.',
  example: 'gt mol cancel sh-mol-9ab --reason "the plan has changed"',
  run: ({ args, opts, global, io, say }) =>
    withDesk({ global, io }, { wait: 'agent' }, async (town) => {
      const named = await moleculeNamed(town, args.id);
      if (isRefusal(named)) return named;
      const atWork = await legsAtWork(town.desk.books, named.id);
      const mol = await cancelMolecule(town.desk, { id: named.id, reason: opts.reason ?? 'cancelled' });
      if (isRefusal(mol)) return mol;
      if (mol.state !== 'closed') sayWhenDown(town, say, 'it ends');
      return {
        id: mol.id,
        title: mol.title,
        state: mol.state,
        outcome: mol.closed?.outcome ?? null,
        reason: mol.closed?.reason ?? mol.cancel?.reason ?? null,
        atWork,
      };
    }),
  text: ({ id, state, outcome, reason, atWork }) =>
    state === 'closed'
      ? `${id} has ended already: ${outcome} (${reason})`
      : `${id} is cancelled: ${reason}${atWork.length > 0 ? `\nAgents go on with ${atWork.join(', ')}: nobody waits for that any more.` : ''}`,
});
