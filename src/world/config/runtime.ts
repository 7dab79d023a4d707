import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { liveIn } from '#world/processes/pid-file';
import { bornOf } from '#world/processes/process';
import { readText, writeWhole } from './json-file.ts';
import { PROCESS_NAMES, type ProcessName, townLayout } from './layout.ts';

/** The longest name of a socket, in bytes: systems cut names over 104 or 108 bytes silently, and a server's draft needs one more. */
const LONGEST_SOCKET = 100;

const hashOf = (root: string) => createHash('sha256').update(root).digest('hex').slice(0, 8);

/**
 * The short directory of a town's sockets: `$XDG_RUNTIME_DIR/gt-<8 hex of the town's path>`, else `/tmp/gt-<uid>-<8 hex>`. `root` must be without links.
 * Who wants a socket of a running town asks `socketPath` instead: that town may have been started in another environment.
 */
function runtimeFolder(root: string, env: Readonly<Record<string, string | undefined>>): string {
  const hash = hashOf(root);
  const own = env['XDG_RUNTIME_DIR'];
  if (own?.startsWith('/') && lstatSync(own, { throwIfNoEntry: false })) return join(own, `gt-${hash}`);
  return `/tmp/gt-${process.getuid?.() ?? 0}-${hash}`;
}

/** What is unsafe about a directory for sockets, or undefined: it must be a directory and no link, ours, and closed to all others. */
function unsafe(folder: string): string | undefined {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (!stat) return 'it does not exist';
  if (stat.isSymbolicLink()) return 'it is a link';
  if (!stat.isDirectory()) return 'it is no directory';
  if (process.getuid && stat.uid !== process.getuid()) return `it belongs to user ${stat.uid}`;
  if ((stat.mode & 0o777) !== 0o700) return `its mode is ${(stat.mode & 0o777).toString(8)}, not 700`;
  return undefined;
}

/** The sockets of a town, each with its full path. */
export type Sockets = Readonly<Record<ProcessName, string>>;

/**
 * Which sockets a town has: those that its `.runtime/` names already (its processes may outlive their supervisor, and the next one may be started in another
 * environment), else those of this environment. Refuses names that the system would cut (SOCKET_PATH_TOO_LONG) and a directory that others could reach
 * (RUNTIME_UNSAFE). Changes nothing.
 */
export function planRuntime(root: string, env: Readonly<Record<string, string | undefined>>): Sockets | Refusal {
  const published = named(root, 'supervisor');
  const kept = published && belongsTo(root, published) && unsafe(dirname(published)) === undefined;
  const folder = kept ? dirname(published) : runtimeFolder(root, env);
  const sockets = Object.fromEntries(PROCESS_NAMES.map((name) => [name, join(folder, name)])) as Sockets;
  for (const path of Object.values(sockets)) {
    const long = tooLong(path);
    if (long) return long;
  }
  const why = lstatSync(folder, { throwIfNoEntry: false }) ? unsafe(folder) : undefined;
  return why ? refuse('RUNTIME_UNSAFE', { path: folder, why }) : sockets;
}

/** Makes the runtime directory of `planRuntime` if there is none, and publishes the path of each socket in the town's `.runtime/`. */
export function openRuntime(root: string, env: Readonly<Record<string, string | undefined>>): Sockets | Refusal {
  const sockets = planRuntime(root, env);
  if (isRefusal(sockets)) return sockets;
  const folder = dirname(sockets.supervisor);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
  }
  const why = unsafe(folder);
  if (why) return refuse('RUNTIME_UNSAFE', { path: folder, why });
  for (const name of PROCESS_NAMES) writeWhole(townLayout(root).socketName(name), `${sockets[name]}\n`, { sync: false });
  return sockets;
}

function tooLong(path: string): Refusal | undefined {
  const bytes = Buffer.byteLength(path);
  return bytes > LONGEST_SOCKET ? refuse('SOCKET_PATH_TOO_LONG', { bytes, limit: LONGEST_SOCKET, path }) : undefined;
}

/** The path of a running town's socket, as its `.runtime/` names it; TOWN_DOWN when it names none, and refused when the directory is not safe. */
export function socketPath(root: string, name: ProcessName): string | Refusal {
  const path = named(root, name);
  if (!path || !belongsTo(root, path)) return refuse('TOWN_DOWN');
  const why = unsafe(dirname(path));
  if (why === 'it does not exist') return refuse('TOWN_DOWN');
  return why ? refuse('RUNTIME_UNSAFE', { path: dirname(path), why }) : (tooLong(path) ?? path);
}

const named = (root: string, name: ProcessName) => readText(townLayout(root).socketName(name))?.trim();
const belongsTo = (root: string, path: string) => basename(dirname(path)).endsWith(`-${hashOf(root)}`);

/**
 * Forgets runtime files that came here from elsewhere: of a town that was moved or copied they name the processes of the other directory, which are not ours
 * to signal. Answers whether there were any.
 */
export function forgetForeign(root: string): boolean {
  const foreign = PROCESS_NAMES.some((name) => {
    const path = named(root, name);
    return path !== undefined && !belongsTo(root, path);
  });
  if (foreign) {
    dropRuntimeFiles(root);
    rmSync(townLayout(root).pidFile('supervisor'), { force: true });
  }
  return foreign;
}

/**
 * Removes the runtime directory, the pid files and all files that name sockets. The town must be down, and the caller must hold the supervisor's pid file,
 * which alone is left: it is what keeps a new supervisor from starting meanwhile.
 */
export function closeRuntime(root: string): void {
  for (const name of PROCESS_NAMES) {
    const path = socketPath(root, name);
    if (!isRefusal(path)) rmSync(dirname(path), { recursive: true, force: true });
  }
  dropRuntimeFiles(root);
}

function dropRuntimeFiles(root: string): void {
  const layout = townLayout(root);
  for (const name of PROCESS_NAMES) {
    rmSync(layout.socketName(name), { force: true });
    if (name !== 'supervisor') rmSync(layout.pidFile(name), { force: true });
  }
  rmSync(layout.supervisorRecord, { force: true });
  // What somebody left who was killed while writing or taking over a pid file.
  for (const name of readdirSync(layout.runtime).filter((file) => /^(supervisor\.json|\w+\.pid)\./.test(file))) {
    const writer = /\.(\d+)(-\d+)?\.new$/.exec(name)?.[1];
    const file = join(layout.runtime, name);
    if (writer === undefined ? liveIn(file) === undefined : bornOf(Number(writer)) === undefined) rmSync(file, { force: true });
  }
}
