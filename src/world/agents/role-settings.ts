import { dirname } from 'node:path';
import { joinJson } from '#core/lay-json';
import { fill } from '#core/places';
import type { Json } from '#core/preset';
import { type Role, templateOf } from '#core/roles';
import { readText, writeNew } from '#world/config/json-file';
import type { RigLayout, TownLayout } from '#world/config/layout';
import { shippedPresets } from './presets.ts';

/**
 * Settings of agent programs in the directories of the roles, before any agent was there: a person who starts their own program in such a directory is told what
 * its agent is told. The starts of gt merge into them; a file that is there is left alone.
 */
function write(homes: ReadonlyArray<readonly [Role, string]>): void {
  for (const { preset } of shippedPresets())
    for (const [role, home] of homes) {
      const wishes = new Map<string, Json>();
      for (const { path, when, merge, content } of preset.hooks?.files ?? [])
        if (path.startsWith('{home}/') && merge === 'json-merge' && (when === 'always' || when === templateOf(role)))
          wishes.set(path, joinJson(wishes.get(path) ?? {}, content as Json));
      for (const [path, wish] of wishes) {
        const file = fill(path, { home });
        if (readText(file) === undefined) writeNew(file, `${JSON.stringify(wish, null, 2)}\n`, { mode: 0o600 });
      }
    }
}

export const writeTownSettings = ({ mayor, deacon }: Pick<TownLayout, 'mayor' | 'deacon'>): void =>
  write([
    ['mayor', mayor],
    ['deacon', deacon],
  ]);

export const writeRigSettings = ({ witness, refinery, crewFolder, polecatsFolder }: RigLayout): void =>
  write([
    ['witness', witness],
    ['refinery', dirname(refinery)],
    ['crew', crewFolder],
    ['polecat', polecatsFolder],
  ]);
