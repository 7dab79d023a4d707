import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { joinJson } from '#core/lay-json';
import { fill } from '#core/places';
import type { Json } from '#core/preset';
import { type Role, templateOf } from '#core/roles';
import { writeNew } from '#world/config/json-file';
import type { RigLayout, TownLayout } from '#world/config/layout';
import { shippedPresets } from './presets.ts';

/**
 * Settings of agent programs in the directories of the roles, before any agent was there: a person who starts their own program in such a directory is told what
 * its agent is told. The starts of gt merge into them; a file that is there is left alone.
 */
export type RoleSettings = { readonly file: string; readonly text: string };

/** Those of them that are not there. @param homes each role's directory */
function missing(homes: ReadonlyArray<readonly [Role, string]>): RoleSettings[] {
  const found = new Map<string, RoleSettings>();
  for (const { preset } of shippedPresets())
    for (const [role, home] of homes) {
      const wishes = new Map<string, Json>();
      for (const { path, when, merge, content } of preset.hooks?.files ?? [])
        if (path.startsWith('{home}/') && merge === 'json-merge' && (when === 'always' || when === templateOf(role)))
          wishes.set(path, joinJson(wishes.get(path) ?? {}, content as Json));
      for (const [path, wish] of wishes) {
        const file = fill(path, { home });
        // Of two programs with one file the first has it.
        if (!found.has(file) && !existsSync(file)) found.set(file, { file, text: `${JSON.stringify(wish, null, 2)}\n` });
      }
    }
  return [...found.values()];
}

export const missingInTown = ({ mayor, deacon }: Pick<TownLayout, 'mayor' | 'deacon'>): RoleSettings[] =>
  missing([
    ['mayor', mayor],
    ['deacon', deacon],
  ]);

export const missingInRig = ({ witness, refinery, crewFolder, polecatsFolder }: RigLayout): RoleSettings[] =>
  missing([
    ['witness', witness],
    ['refinery', dirname(refinery)],
    ['crew', crewFolder],
    ['polecat', polecatsFolder],
  ]);

export function writeRoleSettings(settings: readonly RoleSettings[]): void {
  for (const { file, text } of settings) writeNew(file, text, { mode: 0o600 });
}
