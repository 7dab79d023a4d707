/** Who may speak with the host: whoever can read the token, which lies in files and directories of our user alone. Node has no peer credentials. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HostRefused } from './host.ts';

/** Longest name of the host's socket, in bytes. Node cuts longer ones without a word, and two of them are one. */
const PATH_LIMIT = 100;
/** Longest name that the system takes, on the systems that gt knows (macOS: 104 with the closing NUL). */
const SYSTEM_LIMIT = 103;
const TOKEN_BYTES = 32;

function unsafe(path: string, why: string): HostRefused {
  return new HostRefused(
    'UNSAFE_PATH',
    `${path} ${why}: whoever else can reach it could speak for gt. Remove it, or choose another place.`,
  );
}

function checkOurs(path: string, kind: 'directory' | 'file', mode: number): void {
  const stat = lstatSync(path);
  if (kind === 'directory' ? !stat.isDirectory() : !stat.isFile()) throw unsafe(path, `is no ${kind} (or a link to one)`);
  if (stat.uid !== process.getuid?.()) throw unsafe(path, `belongs to user ${stat.uid}`);
  const found = stat.mode & 0o777;
  if (found !== mode) throw unsafe(path, `has mode ${found.toString(8)} instead of ${mode.toString(8)}`);
}

/** Checks that a socket's directory is ours, closed to others, and no link. Throws UNSAFE_PATH, or ENOENT when it is missing. */
export function checkDirectory(path: string): void {
  checkOurs(path, 'directory', 0o700);
}

/** Checks that what lies at a socket's name is a socket of ours that others cannot open. Throws UNSAFE_PATH, or ENOENT when nothing is there. */
export function checkSocket(path: string): void {
  const stat = lstatSync(path);
  if (!stat.isSocket()) throw unsafe(path, 'is no socket');
  if (stat.uid !== process.getuid?.()) throw unsafe(path, `belongs to user ${stat.uid}`);
  const found = stat.mode & 0o777;
  if ((found & 0o077) !== 0) throw unsafe(path, `has mode ${found.toString(8)} instead of 600`);
}

/** Makes a directory for us alone, or checks the one that is there. Throws UNSAFE_PATH. */
export function makeDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  checkDirectory(path);
}

/** How long a socket's name is that the system would cut, and how long it may be, in bytes. */
export function tooLong(path: string): { bytes: number; limit: number } | undefined {
  const bytes = Math.max(Buffer.byteLength(path), Buffer.byteLength(birthPath(path)) - (SYSTEM_LIMIT - PATH_LIMIT));
  return bytes > PATH_LIMIT ? { bytes, limit: PATH_LIMIT } : undefined;
}

/** The name under which this process' socket is made before it gets the well-known one. */
export function birthPath(path: string): string {
  return join(dirname(path), `.${process.pid.toString(36)}`);
}

/** A second name of a host's socket while it hands over: the successor takes the well-known one before it is ready, and may die after that. */
export function keptPath(path: string): string {
  return `${path}.kept`;
}

/** Whether the well-known name is still that of the host that hands over. It is not when that host died, and another was started in its place. */
export function isKept(path: string): boolean {
  const inode = (name: string) => lstatSync(name, { throwIfNoEntry: false })?.ino;
  const kept = inode(keptPath(path));
  return kept !== undefined && inode(path) === kept;
}

/** Reads a token; the file must be ours and readable by us alone. Throws UNSAFE_PATH, or ENOENT when there is none. */
export function readToken(file: string): string {
  checkOurs(file, 'file', 0o600);
  const token = readFileSync(file, 'latin1').trim();
  if (token.length < TOKEN_BYTES) throw unsafe(file, 'holds a token that could be guessed');
  return token;
}

/** Reads the token, or makes one of 32 random bytes where there is none: whole or not at all. Throws UNSAFE_PATH. */
export function ensureToken(file: string): string {
  const draft = `${file}.${process.pid}`;
  rmSync(draft, { force: true }); // a killed process of the same id may have linked it: it must not be written into
  writeFileSync(draft, `${randomBytes(TOKEN_BYTES).toString('hex')}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
  } finally {
    rmSync(draft, { force: true });
  }
  return readToken(file);
}

/** Compares in a time that tells nothing of where they differ. */
export function sameToken(left: string, right: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}
