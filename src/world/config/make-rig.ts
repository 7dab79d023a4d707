import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { missingInRig, writeRoleSettings } from '#world/agents/role-settings';
import { type Being, isAlive, myself } from '#world/processes/process';
import { writeJson, writeWhole } from './json-file.ts';
import { type RigLayout, rigLayout, townLayout } from './layout.ts';
import type { RigFile } from './rigs.ts';

/** A rig in the making: it lies apart until all of it is there, then it is moved to its place. Who dies over it leaves nothing in the town. */
export type Staged = { readonly layout: RigLayout; readonly place: () => void; readonly drop: () => void };

/** Who makes a rig is told by its directory's name: there is no instant in which it is there and nobody's. */
const ownerIn = (name: string): Being | undefined => {
  const [, pid, born] = /\.(\d+)\.([^.]*)$/.exec(name) ?? [];
  return pid === undefined || born === undefined ? undefined : { pid: Number(pid), born: decodeURIComponent(born) };
};

/** Begins a rig beside the town's directories, and clears away what was begun by processes that are dead. */
export function stageRig(root: string, name: string): Staged {
  const site = join(townLayout(root).runtime, 'adding');
  mkdirSync(site, { recursive: true });
  for (const left of readdirSync(site)) {
    const owner = ownerIn(left);
    if (!owner || !isAlive(owner)) rmSync(join(site, left), { recursive: true, force: true });
  }
  const { pid, born } = myself();
  const own = join(site, `${name}.${pid}.${encodeURIComponent(born)}`);
  mkdirSync(own, { recursive: true });
  return {
    layout: rigLayout(own, name),
    place: () => renameSync(join(own, name), rigLayout(root, name).rig),
    drop: () => rmSync(own, { recursive: true, force: true }),
  };
}

/** Writes the directories and files of a rig; its bare repository is there already. The identity file comes last. */
export function fillRig(layout: RigLayout, file: RigFile, settings: Readonly<Record<string, unknown>>): void {
  for (const folder of [
    layout.formulas,
    layout.witness,
    dirname(layout.refinery),
    dirname(layout.mayorClone),
    layout.crewFolder,
    layout.polecatsFolder,
    layout.pluginsFolder,
  ])
    mkdirSync(folder, { recursive: true });
  writeRoleSettings(missingInRig(layout));
  writeWhole(layout.ledger, '');
  writeJson(layout.settingsFile, { type: 'rig-settings', version: 1, ...settings });
  writeJson(layout.rigFile, file);
}

/** What stands where a rig would go: nothing, or a directory. */
export const isTaken = (root: string, name: string): boolean =>
  existsSync(rigLayout(root, name).rig) || readdirSync(root).some((one) => one.toLowerCase() === basename(name).toLowerCase());

/** The real path of what exists, else the path as it is. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
