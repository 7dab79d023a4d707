import { watch } from 'node:fs';
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
  const text = readText(townLayout(root).supervisorRecord);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as SupervisorRecord);
  } catch {
    return undefined;
  }
}

/** Resolves when the town goes down, or is down (`isUp` says whether somebody keeps it running), and when `signal` was aborted. Hears of changes, and asks nobody. */
export async function untilDown(root: string, isUp: () => boolean, signal: AbortSignal): Promise<void> {
  const isOver = () => readSupervisorRecord(root)?.stopping === true || !isUp();
  const watcher = watch(townLayout(root).runtime);
  try {
    await new Promise<void>((resolve) => {
      const look = () => isOver() && resolve();
      watcher.on('change', look).on('error', look);
      signal.addEventListener('abort', () => resolve());
      look();
    });
  } finally {
    watcher.close();
  }
}
