import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextGround } from '#chores/doctor-context';
import { hiding } from '#core/context-files';
import { type Holder, isAgent, whoIs } from '#core/holder';
import { withoutComments } from '#core/json-comments';
import { fill } from '#core/places';
import type { Agent } from '#core/records';
import { isRefusal } from '#core/refusals';
import { ROLES } from '#core/roles';
import { cloneNote, noteIs, refineryNote, setRefineryNote, writeCloneNote, writeMayorNote } from '#world/agents/context-notes';
import { agentFor } from '#world/agents/launch';
import { promptFaults, untold } from '#world/agents/prompt-files';
import { roleHome } from '#world/agents/role-home';
import { missingInRig, missingInTown, type RoleSettings, writeRoleSettings } from '#world/agents/role-settings';
import { parseObject, readText } from '#world/config/json-file';
import { rigLayout } from '#world/config/layout';
import { readRig } from '#world/config/rigs';
import { loadTownSettings } from '#world/config/settings';
import type { Git } from '#world/git/git';
import type { OpenTown, Town } from './wire.ts';
import { openRig } from './wire-rigs.ts';

/** What in a directory above agents speaks to their programs. */
const SPEAKS = [
  '.claude/settings.json',
  '.claude/settings.local.json',
  'CLAUDE.md',
  'CLAUDE.local.md',
  '.mcp.json',
  'AGENTS.md',
  'GEMINI.md',
];

/** What agents are told, for the doctor. Without books nobody knows in which refinery an agent sits: its file is left as it is. */
export async function forContext(town: Town, open: OpenTown | undefined, git: Git): Promise<ContextGround> {
  const { layout, root } = town;
  const books = open?.desk.books;
  const agents = books ? await books.readMany('agent', await books.index('agents')) : undefined;
  const runs = books ? await books.readMany('run', await books.index('runs.live')) : [];
  const short = (path: string) => path.slice(root.length + 1);
  const sits = (rig: string) => agents?.some((one) => one.role === 'refinery' && one.rig === rig && one.wanted !== undefined);
  return {
    promptFaults: (rig) => ROLES.flatMap((role) => promptFaults(layout, { role, rig })),
    untold: (rigs) => untold(layout, rigs),
    inherited: (rigs) =>
      ['', ...rigs].flatMap((folder) => SPEAKS.map((name) => join(folder, name))).filter((name) => existsSync(join(root, name))),
    async notes(rigs) {
      const missing = [layout.mayorClaudeMd, ...rigs.flatMap((rig) => wantedNotes(root, rig, sits(rig)))].filter(
        (file) => noteIs(file) === 'absent',
      );
      const left = rigs.filter((rig) => sits(rig) === false).map((rig) => refineryNote(rigLayout(root, rig)));
      return [
        ...missing.map((file) => ({ file: short(file), is: 'missing' as const })),
        ...left.filter((file) => noteIs(file) === 'ours').map((file) => ({ file: short(file), is: 'left over' as const })),
      ];
    },
    async mendNotes(rigs) {
      writeMayorNote(root);
      for (const rig of rigs) {
        const of = rigLayout(root, rig);
        await writeCloneNote(rig, of);
        const wanted = sits(rig);
        if (wanted && existsSync(of.refinery)) await git.hide(of.refinery, hiding());
        if (wanted !== undefined) await setRefineryNote(layout, town.name, rig, wanted);
      }
    },
    missingSettings: (rigs) => missingSettings(town, rigs).map(({ file }) => short(file)),
    mendSettings: (rigs) => writeRoleSettings(missingSettings(town, rigs)),
    async settings() {
      const live = [...runs, ...(agents ?? [])].filter(({ session }) => session?.pid !== undefined && !session.exit);
      const looks = await Promise.all(live.map((holder) => settingsOf(town, holder)));
      const files = [...new Set(looks.flat())];
      const which = (is: string) => files.filter((file) => stands(file) === is).map(short);
      return { sessions: live.length, gone: which('gone'), broken: which('broken') };
    },
  };
}

/** Nothing is written for a rig that is registered, and cannot be read: its directory may be gone. */
function missingSettings({ layout, root }: Town, rigs: readonly string[]): RoleSettings[] {
  const there = rigs.filter((name) => !isRefusal(readRig(root, name)));
  return [...missingInTown(layout), ...there.flatMap((name) => missingInRig(rigLayout(root, name)))];
}

/** How a file of an agent's program stands: its comments are none of JSON's business. */
function stands(file: string): 'gone' | 'broken' | 'whole' {
  const text = readText(file);
  if (text === undefined) return 'gone';
  return file.endsWith('.json') && isRefusal(parseObject(file, withoutComments(text))) ? 'broken' : 'whole';
}

function wantedNotes(root: string, rig: string, sits: boolean | undefined): string[] {
  const layout = rigLayout(root, rig);
  const there = (dir: string) => existsSync(join(dir, '.git'));
  return [
    ...(there(layout.mayorClone) ? [cloneNote(layout)] : []),
    ...(sits && there(layout.refinery) ? [refineryNote(layout)] : []),
  ];
}

/** The files of an agent's program in the home of its role; none where it is not defined any more. */
async function settingsOf(town: Town, holder: Holder): Promise<string[]> {
  try {
    const rig = holder.rig === '' ? undefined : await openRig(town, holder.rig);
    const loaded = rig ?? loadTownSettings(town.root);
    if (isRefusal(loaded)) return [];
    const { preset } = agentFor(holder as Agent, loaded, town.layout);
    const home = roleHome(isAgent(holder) ? whoIs(holder).role : 'polecat', holder.dir);
    return (preset.hooks?.files ?? []).filter(({ path }) => path.startsWith('{home}')).map(({ path }) => fill(path, { home }));
  } catch {
    return [];
  }
}
