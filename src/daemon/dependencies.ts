import type { Dependency } from '#chores/install';
import { installHint, shippedPresets } from '#world/agents/presets';
import { atLeast, onPath, versionOf } from '#world/processes/programs';
import { OLDEST_REDIS } from '#world/redis/inspect';

type Wanted = { readonly name: string; readonly programs: readonly string[]; readonly need?: string; readonly install: string };

const OLDEST_NODE = '20.19';

const REQUIRED: readonly Wanted[] = [
  // merge-tree --write-tree, with which merges are made in memory, came with 2.38.
  { name: 'git', programs: ['git'], need: '2.38', install: 'Install git: `sudo apt install git`, or `brew install git`.' },
  {
    name: 'redis',
    programs: ['redis-server', 'valkey-server'],
    need: OLDEST_REDIS,
    install: 'Install Redis: `sudo apt install redis-server`, or `brew install redis`.',
  },
];

/** Agents that gt knows, with the program by which each is found; what lies at a path of its own needs no installing. */
const agents = (): Wanted[] =>
  shippedPresets()
    .filter(({ preset }) => preset.install !== undefined)
    .map(({ name, preset }) => ({ name, programs: [preset.command], install: installHint(preset) }));

async function look(wanted: Wanted, kind: Dependency['kind'], path: string): Promise<Dependency> {
  const { name, need, install } = wanted;
  const program = onPath(wanted.programs, path);
  const version = program === undefined ? undefined : await versionOf(program);
  // A version that is not told is no reason to refuse: what is too old shows itself at the first use.
  const fit = program !== undefined && (need === undefined || version === undefined || atLeast(version, need));
  return { name, kind, found: program !== undefined, ...(version ? { version } : {}), ...(need ? { need } : {}), fit, install };
}

/** Every program that gt uses, with its version, those of `path` and Node itself. */
export async function dependencies(path: string): Promise<Dependency[]> {
  const node: Dependency = {
    name: 'node',
    kind: 'required',
    found: true,
    version: process.versions.node,
    need: OLDEST_NODE,
    fit: atLeast(process.versions.node, OLDEST_NODE),
    install: 'Install Node: https://nodejs.org.',
  };
  const others = [...REQUIRED.map((one) => look(one, 'required', path)), ...agents().map((one) => look(one, 'agent', path))];
  return [node, ...(await Promise.all(others))];
}
