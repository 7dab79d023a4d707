import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentsGround } from '#chores/doctor-agents';
import { agentEnvironment } from '#core/agent-environment';
import { hiding } from '#core/context-files';
import { type Holder, isAgent, whoIs } from '#core/holder';
import { isRefusal } from '#core/refusals';
import { polecatEnvironment } from '#world/agents/environment';
import { hides } from '#world/agents/hides';
import type { Git } from '#world/git/git';
import type { Rig } from '#world/world';
import type { OpenTown, Town } from './wire.ts';
import { definedFor } from './wire-agents.ts';
import { openRig } from './wire-rigs.ts';

/** Where agents are at work, for the doctor. Without books the worktrees alone: then no agent of its own is known. */
export async function forAgents(town: Town, open: OpenTown | undefined, git: Git): Promise<AgentsGround> {
  const books = open?.desk.books;
  const live = books ? await books.readMany('run', await books.index('runs.live')) : [];
  const rigs = new Map<string, Rig>();
  const agents = books ? await books.readMany('agent', await books.index('agents')) : [];
  for (const { rig } of [...live, ...agents]) {
    const found = rig === '' || rigs.has(rig) ? undefined : await openRig(town, rig);
    if (found && !isRefusal(found)) rigs.set(rig, found);
  }
  return {
    rig: (name) => openRig(town, name),
    contextFiles: async (rig) => {
      const { polecatsFolder, polecat, crewFolder, crew, refinery } = rig.layout;
      const dirs = [...below(polecatsFolder).map(polecat), ...below(crewFolder).map(crew), refinery];
      const holders: readonly Holder[] = [...live, ...agents];
      return Promise.all(
        dirs
          .filter((dir) => existsSync(join(dir, '.git')))
          .map(async (dir) => ({
            dir,
            hides: await git.sparseOf(dir),
            wanted: wantedIn(
              rig,
              holders.find((one) => one.dir === dir),
              town,
            ),
          })),
      );
    },
    hide: (dir, patterns) => git.hide(dir, patterns),
    defined: (rig) => definedFor(town, rig),
    environment: (holder) => {
      const rig = rigs.get(holder.rig);
      const has = environmentOf(holder.session?.pid);
      // The owner's address is what git said when the worker started.
      return has && (rig || holder.rig === '')
        ? { has, given: givenTo(holder, town, rig, has['GIT_AUTHOR_EMAIL'] ?? '') }
        : undefined;
    },
  };
}

/** What gt gives an agent's process of who it is: what it has, or what its next one will have. */
export function givenTo(holder: Holder, { layout }: Town, rig: Rig | undefined, email: string): Record<string, string> {
  const bin = `${layout.runtime}/bin/gt`;
  if (rig && !isAgent(holder)) return polecatEnvironment(holder, { id: holder.work }, rig, { layout, bin, email });
  return agentEnvironment({
    ...whoIs(holder),
    root: layout.root,
    dir: holder.dir,
    bin,
    beads: rig?.layout.beads ?? layout.beads,
    email,
    agent: (isAgent(holder) ? (holder.using ?? holder.agent) : holder.agent) ?? '',
    token: holder.session?.token ?? '',
  });
}

const below = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** What a worktree should hide: for the agent that is at work in it, or what every one does. */
function wantedIn(rig: Rig, holder: Holder | undefined, town: Town): readonly string[] {
  if (rig.settings.keep_context_files) return [];
  try {
    return holder ? hides(holder, rig, town.layout) : hiding();
  } catch {
    return hiding();
  }
}

/** The environment that a process was started with; undefined where the system does not tell. */
export function environmentOf(pid: number | undefined): Record<string, string> | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/environ`, 'utf8');
    const pairs = text.split('\0').map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)] as const);
    return Object.fromEntries(pairs.filter(([name]) => name !== ''));
  } catch {
    return undefined;
  }
}
