import { type FSWatcher, watch } from 'node:fs';
import { readText, writeJson } from '#world/config/json-file';
import { townLayout } from '#world/config/layout';
import type { Being } from './process.ts';

/** The processes that a supervisor keeps running, in the order in which they start. */
export type ChildName = 'redis' | 'host' | 'worker';

/**
 * - `waiting`: its turn has not come. - `starting`: runs, not ready yet. - `running`: ready. - `restarting`: ended, the next start is near.
 * - `broken`: ended too often; it is tried again every 30 s, and stays broken until it is ready. - `stopped`: the town goes down.
 */
export type ChildState = 'waiting' | 'starting' | 'running' | 'restarting' | 'broken' | 'stopped';

export type ChildRecord = {
  readonly state: ChildState;
  readonly pid?: number;
  readonly born?: string;
  /** Starts after the first. */
  readonly restarts: number;
  /** When it came into this state, ms since 1970. */
  readonly since: number;
  /** Why it ended the last time, if it did. */
  readonly why?: string;
};

/** `.runtime/supervisor.json`: what `gt status` shows of the town's processes. Written whole at each change. */
export type SupervisorRecord = Being & {
  /** ms since 1970. */
  readonly startedAt: number;
  readonly stopping?: boolean;
  /** Which gt it is of, and starts. */
  readonly build?: string;
  readonly children: Readonly<Partial<Record<ChildName, ChildRecord>>>;
};

export function writeSupervisorRecord(root: string, record: SupervisorRecord): void {
  writeJson(townLayout(root).supervisorRecord, record, { sync: false });
}

/** What the supervisor last wrote, or undefined; its process may have died since, and its children too. */
export function readSupervisorRecord(root: string): SupervisorRecord | undefined {
  try {
    const text = readText(townLayout(root).supervisorRecord);
    return text === undefined ? undefined : (JSON.parse(text) as SupervisorRecord);
  } catch {
    return undefined;
  }
}

/**
 * Resolves when the town goes down, or is down, and when `signal` was aborted. A supervisor that was killed, or makes room for one of another build, does not
 * take the town down: only its word, or the end of its record, tells that. Hears of changes, and asks nobody.
 */
export async function untilDown(root: string, signal: AbortSignal): Promise<void> {
  let watcher: FSWatcher | undefined;
  try {
    await new Promise<void>((resolve) => {
      const look = () => isDown(root) && resolve();
      signal.addEventListener('abort', () => resolve());
      if (signal.aborted) resolve();
      try {
        watcher = watch(townLayout(root).runtime).on('change', look).on('error', look);
      } catch {} // there is no such folder, or the system watches no more: whoever waits has to look
      look();
    });
  } finally {
    watcher?.close();
  }
}

/** Whether a town goes down, or is down. */
export const isDown = (root: string): boolean => {
  const record = readSupervisorRecord(root);
  return record === undefined || record.stopping === true;
};
