import { availableParallelism, freemem } from 'node:os';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { layered, type Machine, readLayer, type Settings, type SettingsFault, systemDefaults } from '#core/settings';
import type { SettingsLayer } from '#core/settings-file';
import { readObject } from './json-file.ts';
import { rigLayout, townLayout } from './layout.ts';

/** The settings that hold, and for every value the file it comes from (`default` when no file says it). */
export type LoadedSettings = { readonly settings: Settings; readonly origins: Readonly<Record<string, string>> };

type Layer = { readonly name: string; readonly values: SettingsLayer };
type Faulty = { readonly file: string; readonly faults: readonly SettingsFault[] };

function layer(file: string, kind: 'town' | 'rig', only?: readonly string[]): Layer | Faulty | undefined {
  const json = readObject(file);
  if (json === undefined) return undefined;
  if (isRefusal(json)) return { file, faults: [{ key: '', fault: String(json.facts['fault']) }] };
  const read = readLayer(only ? Object.fromEntries(Object.entries(json).filter(([key]) => only.includes(key))) : json, kind);
  return 'faults' in read ? { file, faults: read.faults } : { name: file, values: read.layer };
}

function join(machine: Machine, found: ReadonlyArray<Layer | Faulty | undefined>): LoadedSettings | Refusal {
  const faulty = found.filter((one) => one !== undefined && 'faults' in one);
  const [first, ...others] = faulty;
  if (first) {
    const say = (faults: readonly SettingsFault[]) =>
      faults.map(({ fault, hint }) => (hint ? `${fault} (${hint})` : fault)).join('; ');
    const fault = [say(first.faults), ...others.map((one) => `${one.file}: ${say(one.faults)}`)].join('; ');
    const only = faulty.flatMap((one) => one.faults);
    return refuse('SETTINGS_INVALID', {
      file: first.file,
      key: only.map((one) => one.key).join(' '),
      fault,
      hint: 'Mend the file, then try again.',
    });
  }
  return layered(
    systemDefaults(machine),
    found.filter((one) => one !== undefined && 'values' in one),
  );
}

const thisMachine = (): Machine => ({ freeMemoryBytes: freemem(), cores: availableParallelism() });

/** The town's settings: its file over the defaults. SETTINGS_INVALID names the file and every fault in it. */
export function loadTownSettings(root: string, machine: Machine = thisMachine()): LoadedSettings | Refusal {
  return join(machine, [layer(townLayout(root).settingsFile, 'town')]);
}

/** Keys of a rig's identity file that older towns used as settings. */
const SETTINGS_IN_RIG_FILE = ['max_workers', 'max_polecats', 'worker_spawn_delay'];

/** A rig's settings: defaults, then the town's file, the rig's identity file (older towns), the rig's file, and the transient layer over all. */
export function loadRigSettings(root: string, rig: string, machine: Machine = thisMachine()): LoadedSettings | Refusal {
  const town = townLayout(root);
  const paths = rigLayout(root, rig);
  return join(machine, [
    layer(town.settingsFile, 'town'),
    layer(paths.rigFile, 'rig', SETTINGS_IN_RIG_FILE),
    layer(paths.settingsFile, 'rig'),
    layer(town.wispSettings(rig), 'rig'),
  ]);
}
