import { orList } from '#core/nearest';
import { explain, type Refusal } from '#core/refusals';
import { RIG_ROLES, ROLES } from '#core/roles';
import { type Check, good, ill, some } from './check.ts';

/** What the doctor looks at of what agents are told, by files that gt or a person wrote. Paths are told from the town's root. */
export type ContextGround = {
  /** What is wrong with the overlays and directives of the town, or of a rig. */
  promptFaults(rig?: string): readonly Refusal[];
  /** Overlays and directives that no agent is told, as no role has their name. */
  untold(rigs: readonly string[]): readonly string[];
  /** Files in the town's root, or in a rig's, that every agent below would obey. */
  inherited(rigs: readonly string[]): readonly string[];
  /** Files `CLAUDE.md` of gt's that are not there and should be, or are and should not. */
  notes(rigs: readonly string[]): Promise<ReadonlyArray<{ readonly file: string; readonly is: 'missing' | 'left over' }>>;
  mendNotes(rigs: readonly string[]): Promise<void>;
  /** Settings of programs in the directories of the roles that are not there. */
  missingSettings(rigs: readonly string[]): readonly string[];
  /** Writes those, and nothing over what is there. */
  mendSettings(rigs: readonly string[]): void;
  /** Settings that the program of a live session reads, and that are gone, or are no JSON; and how many sessions were looked at. */
  settings(): Promise<{ readonly sessions: number; readonly gone: readonly string[]; readonly broken: readonly string[] }>;
};

/** Whether agents are told what gt and the person want them to be told, and nothing else. @param fix writes and removes gt's own files */
export async function told(ground: ContextGround, rigs: readonly string[], fix: boolean): Promise<Check[]> {
  const files = [await notes(ground, rigs, fix), roleSettings(ground, rigs, fix)];
  return [...prompts(ground, rigs), inherited(ground, rigs), ...files, await settings(ground)];
}

function prompts(ground: ContextGround, rigs: readonly string[]): Check[] {
  const faults = new Map(
    [undefined, ...rigs].flatMap((rig) => ground.promptFaults(rig)).map((fault) => [String(fault.facts['file']), explain(fault)]),
  );
  const left = 'Agents start without this file until then.';
  const found = [...faults.values()].map(({ says, try: todo }) =>
    ill('town', 'prompts', says.replace(/\.$/, ''), `${todo} ${left}`),
  );
  const untold = ground.untold(rigs);
  const roles = `in the town ${orList(ROLES)}, in a rig ${orList(RIG_ROLES)}`;
  if (untold.length > 0)
    found.push(ill('town', 'prompts', `nobody is told ${some(untold)}`, `Name each after a role: ${roles}.`));
  return found.length > 0 ? found : [good('town', 'prompts', 'overlays and directives are read')];
}

function inherited(ground: ContextGround, rigs: readonly string[]): Check {
  const files = ground.inherited(rigs);
  if (files.length === 0) return good('town', 'inherited', 'nothing in the roots of town and rigs speaks to agents');
  const mend = "Move it away, into the directory of the one agent that it is for (mayor/ for the mayor's).";
  return ill('town', 'inherited', `every agent below would obey ${some(files)}`, mend);
}

async function notes(ground: ContextGround, rigs: readonly string[], fix: boolean): Promise<Check> {
  const wrong = await ground.notes(rigs);
  const names = some(wrong.map(({ file, is }) => `${file} is ${is}`));
  if (wrong.length === 0) return good('town', 'claude-md', 'where they should be, and nowhere else');
  if (!fix) return ill('town', 'claude-md', names, 'Mend it: `gt doctor --fix`.');
  await ground.mendNotes(rigs);
  return good('town', 'claude-md', `mended: ${names}`);
}

function roleSettings(ground: ContextGround, rigs: readonly string[], fix: boolean): Check {
  const missing = ground.missingSettings(rigs);
  if (missing.length === 0) return good('town', 'role-settings', 'in the directory of every role');
  if (!fix) return ill('town', 'role-settings', `missing: ${some(missing)}`, 'Mend it: `gt doctor --fix`.');
  ground.mendSettings(rigs);
  return good('town', 'role-settings', `mended: ${some(missing)}`);
}

async function settings(ground: ContextGround): Promise<Check> {
  const { sessions, gone, broken } = await ground.settings();
  if (broken.length > 0) {
    const mend = 'Mend the file or remove it: gt leaves it alone, and starts no agent with it.';
    return ill('sessions', 'agent-settings', `settings that no program reads, for they are no JSON: ${some(broken)}`, mend);
  }
  if (gone.length === 0) return good('sessions', 'agent-settings', `${sessions} sessions`);
  const mend = '`gt doctor --fix` writes those of the built-in programs, the next start of the agent all of them.';
  return ill('sessions', 'agent-settings', `settings that call gt are gone: ${some(gone)}`, mend);
}
