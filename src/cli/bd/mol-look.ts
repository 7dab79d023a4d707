import { command, type Io } from '#cli/command';
import { moleculeHere } from '#cli/mol-here';
import { protoText } from '#cli/templates';
import { type OpenTown, withDesk } from '#cli/wire';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import {
  type CurrentMolecule,
  currentOf,
  gatedOnes,
  type MoleculeProgress,
  openOnes,
  progressOf,
  showMolecule,
  staleOnes,
} from '#views/bead-molecules';
import { protoShow } from '#views/protos';
import { icon, line } from './line.ts';

const MOLECULE = { name: 'id', help: 'a molecule, its work item, or one of its steps' } as const;

/** Where molecules stand, step by step. */
export const molCurrent = command({
  args: [{ ...MOLECULE, help: `${MOLECULE.help} (default: yours; for a person all that somebody works)` }],
  options: [
    { name: 'for', value: 'who', help: 'those of this assignee' },
    { name: 'limit', short: 'n', value: 'count', help: 'no difference here: of a long molecule what can be done now is shown' },
    { name: 'range', value: 'a-b', help: 'no difference here' },
  ],
  example: 'bd mol current gp-mol-4kx --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town): Promise<CurrentMolecule[] | Refusal> => {
      const ids = await meant(town, call.args.id, call.io, call.opts.for);
      if (isRefusal(ids)) return ids;
      const found = await Promise.all(ids.map((id) => currentOf(town.desk, id)));
      return found.filter((one) => one !== undefined);
    }),
  text: (all, { paint }) =>
    all.length === 0
      ? 'Nobody works a molecule.'
      : all
          .map((one) =>
            [
              `${paint.bold(one.molecule_id)} ${one.molecule_title}  ${one.completed}/${one.total}`,
              ...one.steps.map(({ issue, status }) => `  ${MARKS[status]} ${paint.bold(issue.id)} ${issue.title}  [${status}]`),
            ].join('\n'),
          )
          .join('\n\n'),
});

const MARKS = { done: icon('closed'), current: icon('in_progress'), ready: icon('open'), blocked: icon('blocked'), pending: '·' };

/** Which molecules are asked for: the one that was named, the caller's, or all that somebody works. */
async function meant(town: OpenTown, named: string | undefined, io: Io, who?: string): Promise<string[] | Refusal> {
  const id = await moleculeHere(town, named, io);
  if (isRefusal(id)) return id;
  if (id !== undefined) return [id];
  const open = await openOnes(town.desk);
  return open
    .filter((mol) => (who === undefined ? mol.hand !== undefined : mol.assignee === who))
    .map((mol) => mol.id)
    .slice(0, 50);
}

/** One molecule, or a stored protomolecule, with all that lies in it. */
export const molShow = command({
  args: [{ ...MOLECULE, required: true, help: `${MOLECULE.help}, or a stored protomolecule` }],
  options: [{ name: 'parallel', short: 'p', help: 'no difference here' }],
  example: 'bd mol show gp-mol-4kx --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const proto = await protoShow(town.desk, call.args.id);
      if (proto) return proto;
      const id = await moleculeHere(town, call.args.id, call.io);
      if (isRefusal(id)) return id;
      const shown = await showMolecule(town.desk, id ?? '');
      return shown ?? refuse('MOLECULE_UNKNOWN', { id: call.args.id, hint: '`bd mol list` shows all.' });
    }),
  text: (value, { paint }) =>
    'plan' in value
      ? protoText(value, paint)
      : [line(value.root, paint), ...value.issues.map((issue) => `  ${line(issue, paint)}`)].join('\n'),
});

/** How far a molecule is. */
export const molProgress = command({
  args: [{ ...MOLECULE, help: `${MOLECULE.help} (default: yours)` }],
  example: 'bd mol progress gp-mol-4kx --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town): Promise<MoleculeProgress | Refusal> => {
      const id = await moleculeHere(town, call.args.id, call.io);
      if (isRefusal(id)) return id;
      if (id === undefined) return refuse('USAGE', { what: 'Which molecule?', hint: 'Name it: `bd mol progress <id>`.' });
      const found = await progressOf(town.desk, id, call.io.now());
      return found ?? refuse('MOLECULE_UNKNOWN', { id, hint: '`bd mol list` shows all.' });
    }),
  text: (one, { paint }) =>
    `${paint.bold(one.molecule_id)} ${one.molecule_title}: ${one.completed} of ${one.total} (${one.percent} %)${
      one.eta_hours === undefined ? '' : `, about ${one.eta_hours} h to go`
    }`,
});

/** Molecules whose steps have all ended, and that are open. */
export const molStale = command({
  options: [
    { name: 'blocking', help: 'only those that something waits for' },
    { name: 'unassigned', help: "only nobody's" },
    { name: 'all', help: 'no difference here' },
  ],
  about: 'gt closes a molecule with its last step: what stands here longer than a moment waits for the worker.',
  example: 'bd mol stale --json',
  run: ({ opts, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async ({ desk }) => {
      const all = (await staleOnes(desk)).filter(
        (one) => (!opts.blocking || one.blocking_count > 0) && (!opts.unassigned || one.assignee === undefined),
      );
      return {
        stale_molecules: all,
        total_count: all.length,
        blocking_count: all.filter(({ blocking_count: count }) => count > 0).length,
      };
    }),
  text: ({ stale_molecules: all }, { paint }) =>
    all.length === 0
      ? 'No molecule is complete and open.'
      : all.map((one) => `${paint.bold(one.id)} ${one.title} (${one.closed_children}/${one.total_children})`).join('\n'),
});

/** Molecules that go on now because a gate of theirs has opened. */
export const molReady = command({
  options: [{ name: 'gated', help: 'the only kind (the default)' }],
  example: 'bd mol ready --gated --json',
  run: (call) => withDesk(call, { wait: 'person' }, ({ desk }) => gated(desk)),
  text: ({ molecules }, { paint }) =>
    molecules.length === 0
      ? 'No molecule waits for somebody behind an open gate.'
      : molecules
          .map(
            (one) => `${paint.bold(one.molecule_id)} ${one.molecule_title}: ${one.closed_gate.id} is open, ${one.ready_step.id}`,
          )
          .join('\n'),
});

/** `{molecules, count}` of `bd ready --gated` and `bd mol ready`. */
export async function gated(desk: OpenTown['desk']) {
  const molecules = await gatedOnes(desk);
  return { molecules, count: molecules.length };
}
