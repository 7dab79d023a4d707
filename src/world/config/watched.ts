import { type FSWatcher, statSync, watch } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { dirname } from 'node:path';
import { isRefusal, orThrow, Refused } from '#core/refusals';
import type { Settings } from '#core/settings';
import type { Rig } from '#world/world';
import { rigLayout, townLayout } from './layout.ts';
import { loadRig } from './load-rig.ts';
import { readRigs } from './rigs.ts';
import { loadTownSettings } from './settings.ts';

/** The town's files as they are now: read when asked for, and again only when one of them has changed. */
export type Files = {
  readonly settings: () => Settings;
  readonly rig: (name: string) => Rig;
  readonly rigs: () => string[];
  /** Calls `changed` when somebody edits settings. @returns the end of the watch */
  readonly watch: (changed: () => void) => () => void;
};

/**
 * A file that became wrong while the town runs changes nothing until it is right again: what held last holds on, and nothing stops for a typing error.
 * @throws Refused from each reader, when a file was wrong from the start or a rig is unknown
 */
export function townFiles(root: string): Files {
  const layout = townLayout(root);
  const machine = { freeMemoryBytes: freemem(), cores: availableParallelism() }; // once: a limit that follows free memory would sway
  const cache = new Map<string, { stamp: string; value: unknown }>();
  const cached = <T>(key: string, files: readonly string[], load: () => T): T => {
    const stamp = files.map(stampOf).join(' ');
    const known = cache.get(key);
    if (known?.stamp === stamp) return known.value as T;
    const value = loaded(load, known);
    if (value === known?.value) return value as T;
    cache.set(key, { stamp, value });
    return value;
  };
  const rigs = () => cached('rigs', [layout.rigsFile], () => Object.keys(orThrow(readRigs(root)).rigs));
  // A file that is being written, or is wrong: what it names is watched when it is right.
  const known = () => {
    const read = readRigs(root);
    return isRefusal(read) ? [] : Object.keys(read.rigs);
  };
  return {
    rigs,
    settings: () => cached('town', [layout.settingsFile], () => orThrow(loadTownSettings(root, machine)).settings),
    rig: (name) => {
      const paths = rigLayout(root, name);
      const files = [layout.settingsFile, paths.rigFile, paths.settingsFile, layout.wispSettings(name)];
      return cached(`rig ${name}`, files, () => orThrow(loadRig(root, name, machine)));
    },
    watch: (changed) => {
      const watchers = new Map<string, FSWatcher>();
      const hear = () => {
        follow();
        changed();
      };
      // Rigs come later too: what is new is watched when it is heard of.
      const follow = () => {
        const fixed = [dirname(layout.settingsFile), dirname(layout.rigsFile), layout.wispSettingsFolder];
        for (const folder of [...fixed, ...known().map((name) => dirname(rigLayout(root, name).settingsFile))]) {
          const watcher = watchers.has(folder) ? undefined : watchFolder(folder, hear);
          if (watcher) watchers.set(folder, watcher);
        }
      };
      follow();
      return () => {
        for (const one of watchers.values()) one.close();
      };
    },
  };
}

function loaded<T>(load: () => T, known: { readonly value: unknown } | undefined): T {
  try {
    return load();
  } catch (fault) {
    if (known && fault instanceof Refused && fault.refusal.refused === 'SETTINGS_INVALID') return known.value as T;
    throw fault;
  }
}

/** A folder that is not there, or cannot be watched, is left to the patrol, which looks every minute. */
function watchFolder(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, changed).on('error', () => undefined);
  } catch {
    return undefined;
  }
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs}.${found.size}.${found.ino}` : '-';
}
