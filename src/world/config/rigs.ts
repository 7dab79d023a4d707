import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { withFileLock } from '#world/processes/pid-file';
import { faultsOf, invalidFile, readObject, rules, writeJson, writeWhole } from './json-file.ts';
import { rigLayout, townLayout } from './layout.ts';

/** An entry of `mayor/rigs.json`: which rigs the town has. */
type RigEntry = { readonly git_url: string; readonly added_at: string };
export type RigsFile = { readonly version: 1; readonly rigs: Readonly<Record<string, RigEntry>> };

/** `<rig>/config.json`: who a rig is. Keys that gt does not know are kept. */
export type RigFile = {
  readonly type: 'rig';
  readonly version: 1;
  readonly name: string;
  readonly git_url: string;
  /** The repository on this machine that the rig was registered with, if it was. */
  readonly path?: string;
  readonly default_branch?: string;
  /** Where work lands, when it is not the default branch. */
  readonly target_branch?: string;
  readonly beads: { readonly prefix: string; readonly sync_remote?: string };
};

const NO_RIGS: RigsFile = { version: 1, rigs: {} };

/** Reads which rigs a town has; none without the file, SETTINGS_INVALID with every fault of it. */
export function readRigs(root: string): RigsFile | Refusal {
  const path = townLayout(root).rigsFile;
  const file = readObject(path);
  if (file === undefined) return NO_RIGS;
  if (isRefusal(file)) return file;
  const faults = faultsOf(file, { version: rules.is(1), rigs: rules.object({}) });
  if (faults.length > 0) return invalidFile(path, faults);
  const entry = rules.object({ git_url: rules.text, added_at: rules.text });
  const wrong = faultsOf(
    file['rigs'] as Record<string, unknown>,
    Object.fromEntries(Object.keys(file['rigs'] as object).map((name) => [name, entry])),
  );
  return wrong.length > 0 ? invalidFile(path, wrong) : (file as RigsFile);
}

/** Changes `mayor/rigs.json` under its lock, so that two who change it at once both have their way; the change may refuse. */
export async function changeRigs(
  root: string,
  change: (rigs: RigsFile['rigs']) => RigsFile['rigs'] | Refusal,
): Promise<RigsFile | Refusal> {
  const path = townLayout(root).rigsFile;
  return await withFileLock(path, () => {
    const file = readRigs(root);
    if (isRefusal(file)) return file;
    const rigs = change(file.rigs);
    if (isRefusal(rigs)) return rigs;
    const changed = { ...file, rigs };
    writeJson(path, changed);
    writeRoutes(root, Object.keys(rigs));
    return changed;
  });
}

/** Where the data of each prefix lies, a line each: for programs that read the town's files. gt itself never reads it. */
function writeRoutes(root: string, rigs: readonly string[]): void {
  const routes = rigs.flatMap((rig) => {
    const file = readRig(root, rig);
    return isRefusal(file) ? [] : [{ prefix: `${file.beads.prefix}-`, path: rig }];
  });
  const lines = [{ prefix: 'hq-', path: '.' }, ...routes].map((route) => `${JSON.stringify(route)}\n`);
  writeWhole(townLayout(root).routes, lines.join(''));
}

/** Reads a rig's identity; RIG_UNKNOWN without the file, SETTINGS_INVALID with every fault of it. */
export function readRig(root: string, rig: string): RigFile | Refusal {
  const path = rigLayout(root, rig).rigFile;
  const file = readObject(path);
  if (file === undefined) return refuse('RIG_UNKNOWN', { rig, hint: '`gt rig list` shows all.' });
  if (isRefusal(file)) return file;
  const faults = faultsOf(file, {
    type: rules.is('rig'),
    version: rules.is(1),
    name: rules.is(rig),
    git_url: rules.text,
    path: rules.maybe(rules.text),
    default_branch: rules.maybe(rules.text),
    target_branch: rules.maybe(rules.text),
    beads: rules.object({ prefix: rules.like(/^[a-z][a-z0-9]*$/, 'small letters and digits, beginning with a letter') }),
  });
  return faults.length > 0 ? invalidFile(path, faults) : (file as RigFile);
}

/** Writes a rig's identity, whole or not at all. */
export function writeRig(root: string, rig: RigFile): void {
  writeJson(rigLayout(root, rig.name).rigFile, rig);
}
