import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROMPT_FILE_BYTES } from '#core/limits';
import type { Refusal } from '#core/refusals';
import { directivesOf, type PromptFile, rolePrompt } from '#core/role-prompt';
import { type Identity, RIG_ROLES, ROLES, type Role } from '#core/roles';
import { packageRoot } from '#world/build';
import { readObject } from '#world/config/json-file';
import { rigLayout, type TownLayout } from '#world/config/layout';
import { readPlain } from '#world/config/plain-file';

/** What gt ships for each role; the same folder for sources and build. */
export const SHIPPED_PROMPTS = join(packageRoot(dirname(fileURLToPath(import.meta.url))), 'prompts');

/** The files by which a role's agents are told who they are. Read at every start: people edit them. */
export type PromptFiles = {
  readonly shipped: string;
  readonly overlays: readonly PromptFile[];
  readonly directives: readonly PromptFile[];
};

export const shippedPrompt = (role: Role): string => readFileSync(join(SHIPPED_PROMPTS, `${role}.md`), 'utf8');

/** The prompt of a role, and what town and rig say over it, in this order. */
export function promptFiles(town: TownLayout, { role, rig }: Pick<Identity, 'role' | 'rig'>): PromptFiles {
  const layouts = [town, ...(rig === undefined ? [] : [rigLayout(town.root, rig)])];
  const read = (file: string) => writtenBy(file, town.root);
  return {
    shipped: shippedPrompt(role),
    overlays: layouts.flatMap((layout) => read(layout.promptOverlay(role))),
    directives: layouts.flatMap((layout) => read(layout.directives(role))),
  };
}

/** What is wrong with the overlays and directives of a role: its agents start without them. */
export function promptFaults(town: TownLayout, who: Pick<Identity, 'role' | 'rig'>): Refusal[] {
  const { overlays, directives } = promptFiles(town, who);
  return [...rolePrompt(who.role, '', overlays, {}).faults, ...directivesOf(directives).faults];
}

/** Overlays and directives that nobody is told: no role is called so, or none that is in a rig. Paths from the town's root. */
export function untold(town: TownLayout, rigs: readonly string[]): string[] {
  const grounds = [
    { layout: town, roles: ROLES },
    ...rigs.map((rig) => ({ layout: rigLayout(town.root, rig), roles: RIG_ROLES })),
  ];
  return grounds.flatMap(({ layout, roles }) =>
    [layout.promptOverlay, layout.directives].flatMap((fileOf) => {
      const known: readonly string[] = roles.map((role) => fileOf(role));
      const files = filesIn(dirname(fileOf('polecat'))).filter((file) => file.endsWith('.md') && !file.endsWith('/README.md'));
      return files.filter((file) => !known.includes(file)).map((file) => file.slice(town.root.length + 1));
    }),
  );
}

const filesIn = (dir: string): string[] => (existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : []);

/** A file that a person wrote, named from the town's root; nothing when there is none. */
function writtenBy(path: string, root: string): PromptFile[] {
  const file = path.slice(root.length + 1);
  const read = readPlain(path, PROMPT_FILE_BYTES);
  if (read === undefined) return [];
  return ['text' in read ? { file, text: read.text } : { file, text: '', fault: `it ${read.fault}` }];
}

/** The branch that work of a rig lands on. Read without the schema of the settings, which no hook loads; a file that is broken says nothing. */
export function targetOf(root: string, rig: string): string {
  const layout = rigLayout(root, rig);
  const file = plain(readObject(layout.rigFile));
  const said = [
    plain(plain(readObject(layout.settingsFile))['merge_queue'])['target_branch'],
    file['target_branch'],
    file['default_branch'],
  ];
  return said.find((one): one is string => typeof one === 'string' && one !== '') ?? 'main';
}

const plain = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !('refused' in value) ? (value as Record<string, unknown>) : {};
