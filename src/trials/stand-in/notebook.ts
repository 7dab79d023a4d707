import { appendFileSync } from 'node:fs';
import type { Note } from './notes.ts';

/** Writes notes to a file, a line each, at once: what is noted survives a crash. Without a file they are dropped. */
export function notebook(
  path: string | undefined,
  now: () => number,
  who: Readonly<Record<string, string | number>> = {},
): (note: Note) => void {
  if (path === undefined) return () => undefined;
  return (note) => appendFileSync(path, `${JSON.stringify({ at: now(), ...who, ...note })}\n`);
}
