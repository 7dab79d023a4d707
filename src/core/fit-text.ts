/** A part of a text that has to fit into so many bytes with others. */
export type Part = {
  readonly text: string;
  /** Bytes that it gets in any case, should it need them. */
  readonly least: number;
  /** The command that shows all of it. */
  readonly whole: string;
};

const encoder = new TextEncoder();
export const bytesOf = (text: string): number => encoder.encode(text).length;

/** The beginning of a text in whole characters, with a line that says how much is left out and what shows it; within `most` bytes. */
export function cutText(text: string, most: number, whole: string): string {
  const size = bytesOf(text);
  if (size <= most) return text;
  const note = (shown: number) => `\n… (cut: ${shown} of ${size} bytes; all of it: \`${whole}\`)`;
  const room = Math.max(0, most - bytesOf(note(size)));
  const begin = new TextDecoder().decode(encoder.encode(text).subarray(0, room)).replace(/\uFFFD+$/, '');
  return `${begin}${note(bytesOf(begin))}`;
}

const BETWEEN = '\n\n';

/**
 * Joins parts with an empty line between them, within `most` bytes: each gets its least, and what the others leave goes to the first ones first.
 * Parts that are empty are left out; nothing else is, whatever the sum of the leasts.
 */
export function fitParts(parts: readonly Part[], most: number): string {
  const full = parts.filter(({ text }) => text !== '');
  const sizes = full.map(({ text }) => bytesOf(text));
  const given = full.map(({ least }, i) => Math.min(least, sizes[i] ?? 0));
  let left = most - BETWEEN.length * Math.max(0, full.length - 1) - given.reduce((sum, one) => sum + one, 0);
  for (const [i, size] of sizes.entries()) {
    const more = Math.max(0, Math.min(left, size - (given[i] ?? 0)));
    given[i] = (given[i] ?? 0) + more;
    left -= more;
  }
  return full.map(({ text, whole }, i) => cutText(text, given[i] ?? 0, whole)).join(BETWEEN);
}
