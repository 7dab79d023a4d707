import { relative, resolve, sep } from 'node:path';
import type { Proto } from '#core/formula/proto';
import { isAgentId } from '#core/holder';
import type { Molecule, Work } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { cookProto, type Dish, fillWith } from '#world/formulas/cook-with';
import { callerOf } from './caller.ts';
import type { Call, Io } from './command.ts';
import { runAround } from './here.ts';
import { isUp, type OpenTown } from './wire.ts';
import { formulasOf } from './wire-formula-files.ts';
import { formulaNamed } from './wire-formulas.ts';
import { openRig, rigHere, rigNames } from './wire-rigs.ts';

export { isFormulaName } from '#world/formulas/formula-files';

/** What commands about molecules ask of their words: which formula or stored protomolecule, whose, which molecule is mine. */

/** Whose a new molecule is: the item's, the rig's that was named or lies around, else the town's. */
export async function placeOf(
  town: OpenTown,
  { rig: named, work }: { rig: string | undefined; work: Work | undefined },
  io: Io,
): Promise<{ rig: string; prefix: string } | Refusal> {
  const name = work?.rig ?? rigAround(town, named, io);
  if (name === undefined) return { rig: '', prefix: 'hq' };
  if (isRefusal(name)) return name;
  const rig = await openRig(town, name);
  return isRefusal(rig) ? rig : { rig: name, prefix: rig.file.beads.prefix };
}

/** A rig that is named or around; in a town the only rig is not meant by itself. */
function rigAround(town: OpenTown, named: string | undefined, io: Io): string | undefined | Refusal {
  const names = rigNames(town);
  if (isRefusal(names)) return names;
  if (named !== undefined) return rigHere(town, named, io);
  const around = io.env['GT_RIG'] ?? io.env['GTR_RIG'] ?? relative(town.root, resolve(io.cwd)).split(sep)[0];
  return around !== undefined && names.includes(around) ? around : undefined;
}

/** A formula cooked, or a protomolecule as it was stored. `id`: of the stored one. */
export type Template = Omit<Dish, 'plan'> & { readonly id?: string };

/** What a word names: the id of a stored protomolecule, else a formula of the search path, as its file is now. */
export async function templateOf(
  town: OpenTown,
  word: string,
  { rig, vars, io }: { rig: string | undefined; vars: Readonly<Record<string, string>>; io: Io },
): Promise<Template | Refusal> {
  const stored = await town.desk.books.read('proto', word);
  const proto = stored && (await town.desk.plans.read(word));
  if (stored && proto) return { id: word, proto, source: stored.source, warnings: [] };
  const files = formulasOf(town, rig, io);
  if (isRefusal(files)) return files;
  const named = formulaNamed(files, word, io);
  return isRefusal(named) ? named : cookProto(named.files, { name: named.name, vars });
}

/** The template with its values; its warnings are told on stderr. */
export function filled(template: Template, vars: Readonly<Record<string, string>>, say: Call['say']): Proto | Refusal {
  const full = fillWith(template.proto, vars, template.source);
  const warnings = [...template.warnings, ...(isRefusal(full) ? [] : full.warnings)];
  for (const line of new Set(warnings.map(({ at, says, hint }) => `Warning: ${at}: ${says}${hint ? ` (${hint})` : ''}`)))
    say(line);
  return isRefusal(full) ? full : full.plan;
}

/** Tells whoever writes while nobody serves the town. */
export function sayWhenDown(town: OpenTown, say: Call['say'], what: string): void {
  if (!isUp(town)) say(`The town is down: ${what} when it is up (\`gt up\`).`);
}

/** The molecule that a word means: its own id, or that of the work item which it is attached to. */
export async function moleculeNamed({ desk: { books } }: OpenTown, word: string): Promise<Molecule | Refusal> {
  const mol = await books.read('molecule', word);
  if (mol) return mol;
  const work = await books.read('work', word);
  if (!work) return refuse('MOLECULE_UNKNOWN', { id: word, hint: '`gt mol list` shows all.' });
  return attachedTo(work, books);
}

/** The molecule on my hook: of the session that calls, else of the run in whose worktree the call is made. */
export async function myMolecule({ desk: { books } }: OpenTown, io: Io): Promise<Molecule | Refusal> {
  const caller = callerOf(io);
  if (!isRefusal(caller) && isAgentId(caller.run)) return refuse('HOOK_WITHOUT_ITEM');
  const run = isRefusal(caller) ? await runAround(books, io) : await books.read('run', caller.run);
  const work = run && (await books.read('work', run.work));
  if (!work) return isRefusal(caller) ? caller : refuse('MOLECULE_NONE', { id: 'you' });
  return attachedTo(work, books);
}

async function attachedTo(work: Work, books: OpenTown['desk']['books']): Promise<Molecule | Refusal> {
  const mol = work.molecule ? await books.read('molecule', work.molecule) : undefined;
  return mol ?? refuse('MOLECULE_NONE', { id: work.id });
}
