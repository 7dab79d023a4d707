/** A part of a text that has to fit into so many bytes with others. */
export type Part = {
  readonly text: string;
  /** Bytes that it gets in any case, should it need them. */
  readonly least: number;
  /** Who is first when others leave some: the lowest. */
  readonly rank: number;
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
 * Joins parts with an empty line between them, within `most` bytes: each gets its least, and what others leave goes to the lowest ranks first. Parts that are
 * empty are left out; nothing else is, whatever the sum of the leasts.
 */
export function fitParts(parts: readonly Part[], most: number): string {
  const full = parts.filter(({ text }) => text !== '');
  const given = new Map(full.map((part) => [part, Math.min(part.least, bytesOf(part.text))]));
  let left = most - BETWEEN.length * Math.max(0, full.length - 1) - [...given.values()].reduce((sum, one) => sum + one, 0);
  for (const part of full.toSorted((a, b) => a.rank - b.rank)) {
    const has = given.get(part) ?? 0;
    const more = Math.max(0, Math.min(left, bytesOf(part.text) - has));
    given.set(part, has + more);
    left -= more;
  }
  return full.map((part) => cutText(part.text, given.get(part) ?? 0, part.whole)).join(BETWEEN);
}
