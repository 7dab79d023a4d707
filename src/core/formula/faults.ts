import { editDistance, nearest } from '#core/nearest';

/** What is wrong in a formula, and where. Faults of one file come all at once; a warning is a fault that keeps nothing from running. */

/** A place in a file: `['steps', 3, 'needs', 0]`. */
export type Path = ReadonlyArray<string | number>;

/** Something said about a place; `at` is empty for the whole file. */
export type Note = { readonly at: Path; readonly says: string; readonly hint?: string };

/** A note with the file and the line of its place. */
export type Fault = {
  readonly file: string;
  /** From 1; 0 when no line is known. */
  readonly line: number;
  /** The key, `steps[3].needs[0]`; empty for the whole file. */
  readonly at: string;
  readonly says: string;
  /** What would be right. */
  readonly hint?: string;
};

/** Makes a note; the hint is left out when there is none. */
export function note(at: Path, says: string, hint?: string): Note {
  return hint === undefined ? { at, says } : { at, says, hint };
}

/** A path as it is written: `steps[3].needs[0]`. */
export function place(at: Path): string {
  return at.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

/** A fault as one line: file, line, key, what is wrong, what would be right. */
export function sentence({ file, line, at, says, hint }: Fault): string {
  const where = line > 0 ? `${file}:${line}` : file;
  return `${where}: ${at === '' ? '' : `${at}: `}${says}${hint === undefined ? '' : ` (${hint})`}`;
}

/** "did you mean …" for the nearest of the known names, if one is near: at most two slips, or a third of its letters. */
export function meant(word: string, known: readonly string[]): string | undefined {
  const [near] = nearest(word, known, 1);
  if (near === undefined) return undefined;
  const slips = editDistance(word.toLowerCase(), near.toLowerCase());
  return (slips < word.length && slips <= Math.max(2, Math.floor(near.length / 3))) || near.startsWith(word)
    ? `did you mean \`${near}\`?`
    : undefined;
}
