import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder } from '#world/config/json-file';
import { openTransaction } from './open-transaction.ts';

/** Bytes that are copied at once. */
const PIECE = 1 << 20;
/** What was cut off last, beside the file. Redis reads only what its manifest names. */
const CUT_OFF = 'cut-off.aof';

/** What was taken off the end of a file. */
export type Mended = {
  readonly file: string;
  readonly bytes: number;
  /** Whole commands among them, MULTI too. */
  readonly commands: number;
  /** When the file was last written before (ms since 1970). */
  readonly writtenAt: number;
  /** Where the bytes are kept: the newest alone are. */
  readonly kept: string | { readonly fault: string };
};

/**
 * Takes half a transaction off the end of the append-only file of a server that does not run, before that is started. A crash that cuts the file inside of
 * MULTI … EXEC makes Redis forget that transaction, as it should; but when the cut lies within a command, Redis leaves the whole commands before it in the
 * file and writes on behind them. At the next start they are carried out together with what follows: half a commit comes back. Anything else that is wrong
 * with the file is Redis' to judge. What is taken is kept beside the file.
 * @param data the server's directory
 * @returns undefined when there was nothing to mend
 */
export function mendTail(data: string): Mended | undefined {
  const file = lastFile(data);
  if (file === undefined) return undefined;
  const fd = openSync(file, 'r+');
  try {
    const { size, mtimeMs: writtenAt } = fstatSync(fd);
    const open = openTransaction((into, at) => fill(fd, into, at), size);
    if (open === undefined) return undefined;
    const kept = keep(fd, open.at, join(dirname(file), CUT_OFF));
    ftruncateSync(fd, open.at);
    fsyncSync(fd);
    return { file, bytes: size - open.at, commands: open.commands, writtenAt, kept };
  } finally {
    closeSync(fd);
  }
}

/** What was mended, in a line for the log. */
export function mendedLine({ file, bytes, commands, writtenAt, kept }: Mended): string {
  const whole = `${commands} whole command${commands === 1 ? '' : 's'}`;
  const where = typeof kept === 'string' ? `kept in ${kept}` : `not kept: ${kept.fault}`;
  const when = new Date(writtenAt).toISOString();
  return `took half a transaction off the end of ${file}, last written ${when}: ${bytes} bytes with ${whole}; ${where}`;
}

/** Reads as much as there is: a read may bring less than was asked for, and the file would look cut where it is not. */
function fill(fd: number, into: Buffer, at: number): number {
  for (let count = 0; ; ) {
    const more = readSync(fd, into, count, into.length - count, at + count);
    count += more;
    if (more === 0 || count === into.length) return count;
  }
}

/** Copies the end of a file in place of what was kept before. On a full disk the file is mended all the same: half a commit would do more harm. */
function keep(fd: number, from: number, path: string): Mended['kept'] {
  const draft = `${path}.new`;
  try {
    rmSync(draft, { force: true });
    copyEnd(fd, from, draft);
    renameSync(draft, path);
    syncFolder(dirname(path));
    return path;
  } catch (fault) {
    rmSync(draft, { force: true });
    return { fault: (fault as Error).message };
  }
}

function copyEnd(fd: number, from: number, path: string): void {
  const to = openSync(path, 'wx', 0o600);
  try {
    const piece = Buffer.alloc(PIECE);
    for (let at = from, count = fill(fd, piece, at); count > 0; count = fill(fd, piece, at)) {
      for (let done = 0; done < count; ) done += writeSync(to, piece, done, count - done);
      at += count;
    }
    fsyncSync(to);
  } finally {
    closeSync(to);
  }
}

/** The file that the server writes on in: the last one of its manifest, or the only one of a server before Redis 7. */
function lastFile(data: string): string | undefined {
  const folder = join(data, 'appendonlydir');
  const manifest = join(folder, 'appendonly.aof.manifest');
  const single = join(data, 'appendonly.aof');
  if (!existsSync(manifest)) return existsSync(single) ? single : undefined;
  const names = [...readFileSync(manifest, 'utf8').matchAll(/^file (\S+) seq \d+ type i\b/gm)].map(([, name]) => name ?? '');
  const file = join(folder, names.at(-1) ?? '');
  return names.length > 0 && existsSync(file) ? file : undefined;
}
