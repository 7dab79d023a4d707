import { readFileSync } from 'node:fs';
import { type Command, command } from '#cli/command';
import type { Face } from '#cli/pouring';
import { withDesk } from '#cli/wire';
import { moleculeNamed, myMolecule } from '#cli/wire-molecules';
import { digestId, type Squashed } from '#core/molecule/squash';
import { idsInside } from '#core/molecule/tree';
import { isRefusal, refuse } from '#core/refusals';
import { treeNow } from '#ops/molecule-tree';
import { squash } from '#ops/squash';

const STDIN = 0;

/** Leaves a digest in place of a molecule's steps. For gt it is mine unless one is named. */
export const squashing = (face: Face): Command =>
  command({
    args: [{ name: 'id', required: face === 'bd', help: 'the molecule, or the item that has it (for an agent: its own)' }],
    options: [
      {
        name: 'summary',
        short: 's',
        value: 'text',
        help: 'the digest, instead of the one that gt writes; - reads it from stdin',
      },
      { name: 'keep-children', help: 'keep the steps beside it' },
      { name: 'dry-run', help: 'show what would go, change nothing' },
    ],
    about: 'Every step must have ended; a wisp may be squashed at any time, and is closed by it.',
    example: face === 'bd' ? 'bd mol squash gp-wisp-4kx --summary "nothing new"' : 'gt mol squash',
    run: ({ args, opts, global, io }) =>
      withDesk({ global, io }, { wait: 'agent' }, async (town) => {
        const mol = args.id === undefined ? await myMolecule(town, io) : await moleculeNamed(town, args.id);
        if (isRefusal(mol)) return mol;
        if (opts['dry-run']) {
          const tree = await treeNow(town.desk, mol.id);
          if (!tree) return refuse('MOLECULE_UNKNOWN', { id: mol.id, hint: '`gt mol list` shows all.' });
          const would = { id: mol.id, digest: digestId(mol.id), squashed: idsInside(tree), deleted: 0, kept: true };
          return { ...shown(face, would), dry_run: true };
        }
        const given = opts.summary === '-' ? readFileSync(STDIN, 'utf8') : opts.summary;
        const done = await squash(town.desk, {
          id: mol.id,
          keep: opts['keep-children'],
          ...(given === undefined ? {} : { summary: given }),
        });
        return isRefusal(done) ? done : shown(face, done);
      }),
    text: (value) => {
      const { id, digest, count } = counted(value as Squashed | BdSquashed);
      const became = 'dry_run' in (value as object) ? 'would be' : 'is';
      return `${id} ${became} squashed to ${digest} (${count} ${count === 1 ? 'record' : 'records'})`;
    },
  });

type BdSquashed = {
  readonly molecule_id: string;
  readonly digest_id: string;
  readonly squashed_ids: readonly string[];
  readonly squashed_count: number;
  readonly deleted_count: number;
  readonly kept_children: boolean;
};

function shown(face: Face, done: Squashed): Squashed | BdSquashed {
  if (face === 'gt') return done;
  const { id, digest, squashed, deleted, kept } = done;
  return {
    molecule_id: id,
    digest_id: digest,
    squashed_ids: squashed,
    squashed_count: squashed.length,
    deleted_count: deleted,
    kept_children: kept,
  };
}

const counted = (value: Squashed | BdSquashed) =>
  'digest' in value
    ? { id: value.id, digest: value.digest, count: value.squashed.length }
    : { id: value.molecule_id, digest: value.digest_id, count: value.squashed_count };
