import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from './context.ts';

/** The repository that a rig was cloned from: a folder of this machine by its real path, anything else by its url. Undefined when there is none. */
export async function originOf({ run }: Context, repo: string): Promise<string | undefined> {
  const { code, out } = await run(['config', 'remote.origin.url'], { repo, ok: [0, 1] });
  if (code !== 0) return undefined;
  const url = out.replace(/\n$/, '');
  const path = localPath(url);
  return path === undefined ? url : await realpath(path).catch(() => path);
}

/** The folder that a clone source names, or undefined when it is a url of another machine. */
export function localPath(from: string): string | undefined {
  if (from.startsWith('file://')) return fileURLToPath(from);
  if (isAbsolute(from)) return from;
  // As git has it: `host:path` is remote unless a folder has that very name.
  return /^[\w+-]+:\/\//.test(from) || (/^[^/]+:/.test(from) && !existsSync(from)) ? undefined : from;
}

/** Which rig this bare repository belongs to, `<town id>/<rig>`, or undefined. */
export async function rigOf({ run }: Context, repo: string): Promise<string | undefined> {
  const { code, out } = await run(['config', 'gt.rig'], { repo, ok: [0, 1] });
  return code === 0 ? out.trim() : undefined;
}

/** Writes which rig this bare repository belongs to. */
export async function markRig({ run, alone }: Context, repo: string, rig: string): Promise<void> {
  await alone(repo, () => run(['config', 'gt.rig', rig], { repo }));
}
