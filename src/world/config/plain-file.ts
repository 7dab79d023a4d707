import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/**
 * The text of a file, read only when it is a regular one of at most `limit` bytes: a pipe would be waited for, a device has no end. Undefined when there is
 * none; else why it is not read, in words that follow "it".
 */
export function readPlain(path: string, limit: number): { text: string } | { fault: string } | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) return { fault: stat.isDirectory() ? 'is a directory' : 'is no regular file' };
    if (stat.size > limit) return { fault: `has ${stat.size} bytes; the limit is ${limit}` };
    return { text: readAll(file, limit) };
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ENXIO') return { fault: 'is no regular file' }; // a socket
    return { fault: code === 'ELOOP' ? 'is a link that leads to itself' : `cannot be read (${code})` };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** To the end of the file, whatever size it says it has; one that grows meanwhile is cut at the limit. */
function readAll(file: number, limit: number): string {
  const parts: Buffer[] = [];
  for (let bytes = 0; bytes < limit; ) {
    const part = Buffer.allocUnsafe(Math.min(64 * 1024, limit - bytes));
    const length = readSync(file, part);
    if (length === 0) break;
    parts.push(part.subarray(0, length));
    bytes += length;
  }
  return Buffer.concat(parts).toString('utf8');
}
