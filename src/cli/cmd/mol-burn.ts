import { type Command, command } from '#cli/command';
import { idsOf } from '#cli/ids';
import type { Face } from '#cli/pouring';
import { withDesk } from '#cli/wire';
import { moleculeNamed, myMolecule } from '#cli/wire-molecules';
import type { Burned } from '#core/molecule/burn';
import { idsInside } from '#core/molecule/tree';
import { isRefusal, refuse } from '#core/refusals';
import { burn } from '#ops/burn';
import { treeNow } from '#ops/molecule-tree';

type BdBurned = { readonly molecule_id: string; readonly deleted_ids: readonly string[]; readonly deleted_count: number };

/** Drops molecules with all that lies in them. For gt it is mine unless some are named. */
export const burning = (face: Face): Command =>
  command({
    args: [
      { name: 'id', required: face === 'bd', many: true, help: 'molecules, or items that have one (for an agent: its own)' },
    ],
    options: [
      { name: 'force', help: 'asks nothing; gt never does' },
      { name: 'dry-run', help: 'show what would go, change nothing' },
    ],
    about: 'Nothing is left of it, no digest either. An item keeps its own life; what waited for the molecule goes on.',
    example: face === 'bd' ? 'bd mol burn gp-wisp-4kx' : 'gt mol burn',
    run: ({ args, opts, global, io }) =>
      withDesk({ global, io }, { wait: 'agent' }, async (town) => {
        const named = idsOf(args.id);
        const found =
          named.length === 0 ? [await myMolecule(town, io)] : await Promise.all(named.map((id) => moleculeNamed(town, id)));
        const answers: Burned[] = [];
        // All or none: what cannot be burned is told before anything is.
        for (const mol of found) if (isRefusal(mol)) return mol;
        for (const mol of found) {
          if (isRefusal(mol)) return mol;
          if (opts['dry-run']) {
            const tree = await treeNow(town.desk, mol.id);
            if (tree) answers.push({ id: mol.id, deleted: [mol.id, ...idsInside(tree)] });
            continue;
          }
          const done = await burn(town.desk, mol.id);
          if (isRefusal(done)) return done;
          answers.push(done);
        }
        if (answers.length === 0) return refuse('MOLECULE_NONE', { id: 'you' });
        return shown(face, answers, opts['dry-run']);
      }),
    text: (value) =>
      [value]
        .flat()
        .map((one) => ({ ...counted(one as Burned | BdBurned), became: 'dry_run' in (one as object) ? 'would be' : 'is' }))
        .map(({ id, count, became }) => `${id} ${became} burned (${count} ${count === 1 ? 'record' : 'records'})`)
        .join('\n'),
  });

const counted = (one: Burned | BdBurned) =>
  'deleted' in one ? { id: one.id, count: one.deleted.length } : { id: one.molecule_id, count: one.deleted_count };

/** One molecule as one value, several as a list. */
function shown(face: Face, burned: readonly Burned[], dry: boolean): unknown {
  const values =
    face === 'gt'
      ? burned
      : burned.map(({ id, deleted }) => ({ molecule_id: id, deleted_ids: deleted, deleted_count: deleted.length }));
  const told = values.map((one) => (dry ? { ...one, dry_run: true } : one));
  return told.length === 1 ? told[0] : told;
}
