import { isFinal } from '#core/derive';
import { beadOf } from '#core/gate-kinds';
import type { Gate, Work } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { addNeeds as added } from '#core/work';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';

/** Lets an item wait for others, or for gates. An item that would come to wait for itself is refused, with the way round. */
export async function addNeeds(desk: Desk, input: { id: string; on: readonly string[] }): Promise<Work | Refusal> {
  const { id } = input;
  const on = [...new Set(input.on)];
  return desk.change(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) return unknown(id);
    const open: string[] = [];
    const gates: Gate[] = [];
    for (const one of on) {
      const other = await reading.get('work', one);
      const gate = other ? undefined : await reading.get('gate', one);
      if (gate) gates.push(gate);
      if (!other && !gate) return unknown(one);
      if (other ? other.status !== 'closed' : gate && !isFinal.gate(gate)) open.push(one);
    }
    const cycle = await wayTo(reading, id, open.includes(id) || on.includes(id) ? [id] : open);
    if (cycle) return refuse('DEP_CYCLE', { id, path: [id, ...cycle].join(' → ') });
    const change = added(work, on, open, desk.clock.now());
    if (!('put' in change)) return change;
    const keeping = gates.filter((gate) => open.includes(gate.id) && !gate.blocks.includes(id));
    return {
      ...change,
      put: [...change.put, ...keeping.map((gate) => ({ noun: 'gate' as const, doc: { ...gate, blocks: [...gate.blocks, id] } }))],
    };
  });
}

const unknown = (id: string): Refusal => refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });

/**
 * The way from one of these items to `goal` along what each waits for, breadth first, so the shortest. Every item on the way is read within the change:
 * of two who close a circle from both sides at once, one decides again. What is closed waits for nothing.
 */
export async function wayTo(reading: Reading, goal: string, from: readonly string[]): Promise<string[] | undefined> {
  const line = from.map((id) => [id]);
  const seen = new Set(from);
  for (let way = line.shift(); way; way = line.shift()) {
    const last = way.at(-1) ?? '';
    if (last === goal) return way;
    for (const next of await needsOf(reading, last))
      if (!seen.has(next)) {
        seen.add(next);
        line.push([...way, next]);
      }
  }
  return undefined;
}

async function needsOf(reading: Reading, id: string): Promise<readonly string[]> {
  const work = await reading.get('work', id);
  if (work) return work.status === 'closed' ? [] : work.deps;
  const gate = await reading.get('gate', id);
  return gate && gate.type === 'bead' && !isFinal.gate(gate) ? [beadOf(gate)] : [];
}
