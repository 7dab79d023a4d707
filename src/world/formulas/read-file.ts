import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import type { Source } from '#core/formula/parse';

/** Bytes of the longest formula file that is read: four times what a thousand steps need. */
const MAX_FORMULA_BYTES = 640 * 1024;

/**
 * A formula file, or undefined when there is none of that name. Only a regular file is read, up to the limit, and only one that lies in one of the folders: a
 * link out of them is not followed, since what it points to would be told in faults and stored with the proto. What is there and cannot be read comes with
 * the fault.
 */
export function sourceAt(path: string, folders: readonly string[]): Source | undefined {
  const found = readInside(path, folders);
  if (found === undefined) return undefined;
  if ('says' in found) return { file: path, text: '', fault: found };
  return {
    file: path,
    text: found.text,
    beside: (other) => {
      const there = readInside(resolve(dirname(path), other), folders);
      return there && 'text' in there ? there.text : undefined;
    },
  };
}

type Unread = { readonly says: string; readonly hint: string };

function readInside(path: string, folders: readonly string[]): { text: string } | Unread | undefined {
  if (!lstatSync(path, { throwIfNoEntry: false })) return undefined;
  let file: number | undefined;
  try {
    const real = realpathSync(path);
    if (!folders.some((folder) => real.startsWith(`${realOf(folder)}${sep}`)))
      return {
        says: `it is a link to ${real}, which lies outside the search path`,
        hint: 'copy the file, or link its whole folder',
      };
    // Not to wait for the writer of a pipe.
    file = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = fstatSync(file);
    if (!stat.isFile()) return { says: 'it is no file', hint: 'a formula is a text file' };
    if (stat.size > MAX_FORMULA_BYTES) return tooLong(stat.size);
    const bytes = Buffer.alloc(stat.size);
    const length = readSync(file, bytes, 0, stat.size, 0);
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)) };
  } catch (fault) {
    if (fault instanceof TypeError) return { says: 'it is no UTF-8 text', hint: 'save it as UTF-8' };
    const why = (fault as NodeJS.ErrnoException).code ?? String(fault);
    return { says: `it cannot be read (${why})`, hint: 'mend the file or its permissions' };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const tooLong = (size: number): Unread => ({
  says: `it has ${size} bytes, and the longest that is read has ${MAX_FORMULA_BYTES}`,
  hint: 'let loops and expansions repeat its steps',
});

/** Where a folder is in truth; itself when it is not there. */
export function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
