import type { Recording } from './read.ts';
import { rendered } from './rendered.ts';

/** A row in which a text stands, and when it was seen (seconds since the recording began). */
export type Hit = { readonly at: number; readonly row: string };

/**
 * Rows of a recording that hold a text, whatever its capitals; also where it was broken at the edge of the screen. Rows are told once while they repeat.
 */
export async function* findIn({ size, events }: Recording, wanted: string): AsyncGenerator<Hit> {
  const text = wanted.toLowerCase();
  let before = '';
  let told: string | undefined;
  for await (const { at, text: row } of rendered(events, size)) {
    const over = before.toLowerCase();
    const lower = row.toLowerCase();
    const isHere = lower.includes(text);
    const isFull = before.length >= size.cols - 1;
    const broken = !isHere && isFull && !over.includes(text) && `${over}${lower}`.includes(text);
    if ((isHere || broken) && row !== told) {
      told = row;
      yield { at, row: broken ? `${before}${row}` : row };
    }
    before = row;
  }
}
