import { isAbsolute, relative, resolve, sep } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RigAddGround } from '#chores/rig-add';
import { AGENT_WAIT_MS } from '#core/limits';
import { nearest, orList } from '#core/nearest';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { rigLayout } from '#world/config/layout';
import { readRig, readRigs } from '#world/config/rigs';
import type { Git } from '#world/git/git';
import type { Rig } from '#world/world';
import type { Io } from './command.ts';
import type { Town } from './wire.ts';

/** The town's rigs, for the command line: their files and settings as they are now. */

/** Names of the town's rigs, in the order of the file. */
export function rigNames(town: Town): readonly string[] | Refusal {
  const file = readRigs(town.root);
  return isRefusal(file) ? file : Object.keys(file.rigs);
}

/** Which rig a call is about: the one that was named, else GT_RIG, else the one that the directory lies in, else the only one. */
export function rigHere(town: Town, named: string | undefined, io: Io): string | Refusal {
  const names = rigNames(town);
  if (isRefusal(names)) return names;
  const wanted = named ?? io.env['GT_RIG'] ?? io.env['GTR_RIG'];
  if (wanted) return names.includes(wanted) ? wanted : unknownRig(wanted, names);
  const inside = relative(town.root, resolve(io.cwd));
  const around = isAbsolute(inside) ? undefined : inside.split(sep)[0];
  if (around && names.includes(around)) return around;
  const [only, ...others] = names;
  if (only && others.length === 0) return only;
  if (!only)
    return refuse('USAGE', { what: 'The town has no rig yet.', hint: 'Add one: `gt rig add <name> --path <repository>`.' });
  return refuse('USAGE', { what: 'The town has several rigs; say which one.', hint: `Name it with --rig: ${orList(names)}.` });
}

/** The refusal of a rig that the town does not have. */
export function unknownRig(rig: string, names: readonly string[]): Refusal {
  const meant = nearest(rig, names);
  return refuse('RIG_UNKNOWN', {
    rig,
    hint: meant.length > 0 ? `Did you mean ${orList(meant)}?` : 'Add one: `gt rig add <name> --path <repository>`.',
  });
}

/** A rig as its files and settings say. Loads the schemas. */
export async function openRig(town: Town, name: string): Promise<Rig | Refusal> {
  const { loadRig } = await import('#world/config/load-rig');
  return loadRig(town.root, name);
}

/** A rig for an agent's call: a settings file that somebody is just editing is waited for. */
export async function openRigSoon(town: Town, name: string, io: Io): Promise<Rig | Refusal> {
  for (const deadline = io.now() + AGENT_WAIT_MS; ; await pause(LOOK_MS)) {
    const rig = await openRig(town, name);
    if (!isRefusal(rig) || rig.refused !== 'SETTINGS_INVALID' || io.now() >= deadline) return rig;
  }
}

const LOOK_MS = 500;

/** A rig whose files are wrong, and what is wrong with them. */
export type BrokenRig = { readonly name: string; readonly refusal: Refusal };

/** All rigs of the town, those apart whose files are wrong: one of them must not hide all others. */
export async function openRigs(town: Town): Promise<{ rigs: Rig[]; broken: BrokenRig[] } | Refusal> {
  const names = rigNames(town);
  if (isRefusal(names)) return names;
  const [rigs, broken]: [Rig[], BrokenRig[]] = [[], []];
  for (const name of names) {
    const rig = await openRig(town, name);
    if (isRefusal(rig)) broken.push({ name, refusal: rig });
    else rigs.push(rig);
  }
  return { rigs, broken };
}

/** All rigs of the town; the first that is broken is the answer. */
export async function soundRigs(town: Town): Promise<Rig[] | Refusal> {
  const all = await openRigs(town);
  return isRefusal(all) ? all : (all.broken[0]?.refusal ?? all.rigs);
}

/** gt's git, for a call. */
export async function openGit(io: Io): Promise<Git> {
  const { makeGit } = await import('#world/git/make');
  return makeGit({ now: io.now, env: { ...io.env } });
}

/** What `rig add` needs, for a town. */
export async function forRigAdd(town: Town, io: Io, say: (line: string) => void): Promise<RigAddGround> {
  const [{ fillRig, isTaken, realPathOf, stageRig }, { changeRigs }, { localPath }, { CloneFault }, git] = await Promise.all([
    import('#world/config/make-rig'),
    import('#world/config/rigs'),
    import('#world/git/origin'),
    import('#world/git/fault'),
    openGit(io),
  ]);
  return {
    cloning: (from) => say(`Cloning ${from} …`),
    townId: town.id,
    git,
    now: io.now,
    rigs: () => readRigs(town.root),
    change: (change) => changeRigs(town.root, change),
    rigFile: (name) => readRig(town.root, name),
    localPath: (from) => {
      const path = localPath(from);
      return path === undefined ? undefined : realPathOf(resolve(io.cwd, path));
    },
    isTaken: (name) => isTaken(town.root, name),
    repoOf: (name) => rigLayout(town.root, name).repo,
    stage: (name) => stageRig(town.root, name),
    fill: (staged, file, settings) => fillRig(staged.layout, file, settings),
    cloneFault: (fault) => (fault instanceof CloneFault ? fault : undefined),
  };
}

/** Where a rig, or with an empty name the town, keeps its data. */
export const dataFolder = (town: Town, rig: string): string => (rig === '' ? town.layout : rigLayout(town.root, rig)).beads;
