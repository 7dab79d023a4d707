import { closeSync, type Dirent, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where a program keeps its conversations, one file each: `name` is a pattern whose first group is the conversation's id. */
export type Transcripts = { readonly folder: string; readonly name: string };

/** A program that has kept more than this keeps them for others than gt to find. */
const MOST_ENTRIES = 20_000;
const MOST_READ = 200;
const DEEPEST = 5;
const HEAD_BYTES = 64 * 1024;

/**
 * The id of the conversation that was led last in a directory, from the program's own files: of a program that tells its id by nothing else, or that died
 * before it could. @param since only files that were written since then (ms)
 */
export function findConversation({ folder, name }: Transcripts, directory: string, since: number): string | undefined {
  const pattern = new RegExp(name, 'u');
  const left = { entries: MOST_ENTRIES };
  const files = filesIn(folder, DEEPEST, left)
    .flatMap((path) => {
      const id = pattern.exec(path.slice(folder.length + 1))?.[1];
      const at = id === undefined ? 0 : (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      return id !== undefined && at >= since ? [{ path, id, at }] : [];
    })
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST_READ);
  // As JSON writes it, quotes too: the directory of another polecat may begin with the same letters.
  const written = JSON.stringify(directory);
  return files.find(({ path }) => headOf(path).includes(written))?.id;
}

function filesIn(folder: string, depth: number, left: { entries: number }): string[] {
  return entriesOf(folder).flatMap((entry) => {
    if (left.entries-- <= 0) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth > 0 ? filesIn(path, depth - 1, left) : [];
    return entry.isFile() ? [path] : [];
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function headOf(path: string): string {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    const fd = openSync(path, 'r');
    try {
      return head.toString('utf8', 0, readSync(fd, head, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}
