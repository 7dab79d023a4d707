import type { Merge } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';

/**
 * Somebody wants this request landed now: the train takes it before all others, and also where the refinery is off. Its checks are run as for any other, and
 * only what passes lands. Asking again changes nothing.
 */
export async function landDirect(desk: Desk, id: string): Promise<Merge | Refusal> {
  return desk.change(async (reading) => {
    const merge = await reading.get('merge', id);
    if (!merge) return refuse('LAND_NOTHING', { what: id });
    const train = (await reading.get('train', merge.rig)) ?? { id: merge.rig, generation: 1 };
    const asked = train.direct ?? [];
    if (!OPEN.includes(merge.state) || asked.includes(id)) return { put: [], answer: merge };
    const known = await Promise.all(asked.map((one) => reading.get('merge', one)));
    const still = known.flatMap((one) => (one && OPEN.includes(one.state) ? [one.id] : []));
    return {
      put: [{ noun: 'train', doc: { ...train, direct: [...still, id] } }],
      events: [{ type: 'merge.wanted', subject: id, rig: merge.rig, data: { work: merge.work } }],
      answer: merge,
    };
  });
}

const OPEN: readonly Merge['state'][] = ['submitted', 'queued', 'checking', 'landing'];
