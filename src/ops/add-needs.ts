import type { Work } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { addNeeds as added } from '#core/work';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';

/** Lets an item wait for others. An item that would come to wait for itself is refused, with the way round. */
export async function addNeeds(desk: Desk, input: { id: string; on: readonly string[] }): Promise<Work | Refusal> {
  const { id } = input;
  const on = [...new Set(input.on)];
  return desk.change(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) return unknown(id);
    const open: string[] = [];
    for (const one of on) {
      const other = await reading.get('work', one);
      if (!other) return unknown(one);
      if (other.status !== 'closed') open.push(one);
    }
    const cycle = await wayTo(reading, id, open.includes(id) || on.includes(id) ? [id] : open);
    if (cycle) return refuse('DEP_CYCLE', { id, path: [id, ...cycle].join(' → ') });
    return added(work, on, open, desk.clock.now());
  });
}

const unknown = (id: string): Refusal => refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });

/**
 * The way from one of these items to `goal` along what each waits for, breadth first, so the shortest. Every item on the way is read within the change:
 * of two who close a circle from both sides at once, one decides again. What is closed waits for nothing.
 */
async function wayTo(reading: Reading, goal: string, from: readonly string[]): Promise<string[] | undefined> {
  const line = from.map((id) => [id]);
  const seen = new Set(from);
  for (let way = line.shift(); way; way = line.shift()) {
    const last = way.at(-1) ?? '';
    if (last === goal) return way;
    const work = await reading.get('work', last);
    if (!work || work.status === 'closed') continue;
    for (const next of work.deps)
      if (!seen.has(next)) {
        seen.add(next);
        line.push([...way, next]);
      }
  }
  return undefined;
}
