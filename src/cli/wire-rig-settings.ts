import { isRefusal, type Refusal } from '#core/refusals';
import { type Role, rigRoles } from '#views/rig-roles';
import { changeRigSettings } from '#world/config/change-settings';
import { loadRigSettings, loadTownSettings } from '#world/config/settings';
import type { Town } from './wire.ts';
import { rigNames, unknownRig } from './wire-rigs.ts';

/** A setting that holds for a rig, and the file that says so; null for a default. */
export type Held = { readonly key: string; readonly value: unknown; readonly from: string | null };

/** Every setting that holds for a rig. Durations are ms. */
export function heldIn(town: Town, rig: string): Held[] | Refusal {
  const names = rigNames(town);
  if (isRefusal(names)) return names;
  if (!names.includes(rig)) return unknownRig(rig, names);
  const loaded = loadRigSettings(town.root, rig);
  if (isRefusal(loaded)) return loaded;
  const valueAt = (key: string) =>
    key.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], loaded.settings);
  return Object.entries(loaded.origins).map(([key, from]) => ({
    key,
    value: valueAt(key),
    from: from === 'default' ? null : from,
  }));
}

/** Sets a key in the rig's own file, or takes it out. @returns what holds then: a stronger file may say otherwise */
export async function setIn(
  town: Town,
  rig: string,
  key: string,
  value: unknown,
): Promise<(Held & { readonly file: string }) | Refusal> {
  const before = heldIn(town, rig);
  if (isRefusal(before)) return before;
  const changed = await changeRigSettings(town.root, rig, key, value);
  if (isRefusal(changed)) return changed;
  const after = heldIn(town, rig);
  if (isRefusal(after)) return after;
  return { ...(after.find((one) => one.key === key) ?? { key, value: undefined, from: null }), ...changed };
}

/** The roles of a rig, with the files that say so: those of the rig by its settings, the mayor by the town's. */
export function rolesOf(town: Town, rig: string): Role[] | Refusal {
  const [own, ofTown] = [loadRigSettings(town.root, rig), loadTownSettings(town.root)];
  if (isRefusal(own)) return own;
  return isRefusal(ofTown) ? ofTown : rigRoles({ ...own.settings, mayor: ofTown.settings.mayor }, own.origins);
}
