import { NOTE_BYTES } from '#core/limits';
import type { Merge } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { tooLong } from './create-work.ts';

/**
 * Somebody wants this request landed now: the train takes it before all others, and also where the refinery is off. Its checks are run as for any other, and
 * only what passes lands. Asking again changes nothing.
 * @param override why it lands without waiting for its checks: for a person alone to say, and kept with the request
 */
export async function landDirect(desk: Desk, id: string, override?: string): Promise<Merge | Refusal> {
  const long = override === undefined ? undefined : tooLong('reason', override, NOTE_BYTES);
  if (long) return long;
  return desk.change(async (reading) => {
    const merge = await reading.get('merge', id);
    if (!merge) return refuse('LAND_NOTHING', { what: id });
    const train = (await reading.get('train', merge.rig)) ?? { id: merge.rig, generation: 1 };
    const asked = train.direct ?? [];
    const isNew = override !== undefined && merge.override === undefined;
    if (!OPEN.includes(merge.state) || (asked.includes(id) && !isNew)) return { put: [], answer: merge };
    const doc: Merge = isNew ? { ...merge, override: { at: desk.clock.now(), by: desk.actor, reason: override } } : merge;
    const known = await Promise.all(asked.map((one) => reading.get('merge', one)));
    const still = known.flatMap((one) => (one && OPEN.includes(one.state) ? [one.id] : []));
    return {
      put: [
        { noun: 'train', doc: { ...train, direct: [...still.filter((one) => one !== id), id] } },
        ...(isNew ? [{ noun: 'merge' as const, doc }] : []),
      ],
      events: [
        {
          type: 'merge.wanted',
          subject: id,
          rig: merge.rig,
          data: { work: merge.work, ...(isNew ? { override: override.slice(0, 300) } : {}) },
        },
      ],
      answer: doc,
    };
  });
}

const OPEN: readonly Merge['state'][] = ['submitted', 'queued', 'checking', 'landing'];
