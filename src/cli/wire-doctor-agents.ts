import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { AgentsGround } from '#chores/doctor-agents';
import { CONTEXT_FILES } from '#core/context-files';
import type { Run } from '#core/records';
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
  for (const { rig } of live) {
    const found = rigs.has(rig) ? undefined : await openRig(town, rig);
    if (found && !isRefusal(found)) rigs.set(rig, found);
  }
  return {
    rig: (name) => openRig(town, name),
    contextFiles: async (rig) => {
      const names = existsSync(rig.layout.polecatsFolder) ? readdirSync(rig.layout.polecatsFolder) : [];
      const dirs = names.map((name) => rig.layout.polecat(name)).filter((dir) => existsSync(dir));
      return Promise.all(
        dirs.map(async (dir) => ({
          dir,
          hides: await git.sparseOf(dir),
          wanted: wantedIn(
            rig,
            live.find((run) => run.dir === dir),
            town,
          ),
        })),
      );
    },
    hide: (dir, patterns) => git.hide(dir, patterns),
    defined: (rig) => definedFor(town, rig),
    environment: (run) => {
      const rig = rigs.get(run.rig);
      const has = environmentOf(run.session?.pid);
      if (!rig || !has) return undefined;
      const bin = `${town.layout.runtime}/bin/gt`;
      // The owner's address is what git said when the worker started.
      const email = has['GIT_AUTHOR_EMAIL'] ?? '';
      return { has, given: polecatEnvironment(run, { id: run.work }, rig, { layout: town.layout, bin, email }) };
    },
  };
}

/** What a worktree should hide: for the agent that is at work in it, or what every one does. */
function wantedIn(rig: Rig, run: Run | undefined, town: Town): readonly string[] {
  if (rig.settings.keep_context_files) return [];
  try {
    return run ? hides(run, rig, town.layout) : ['/*', ...CONTEXT_FILES];
  } catch {
    return ['/*', ...CONTEXT_FILES];
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
