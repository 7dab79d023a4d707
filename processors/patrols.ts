import { PATROL_OVER_MS } from '#core/limits';
import type { Records } from '#core/records';
import { isRefusal } from '#core/refusals';
import type { World } from '#world/world';
import { done, type Processor } from './answer.ts';
import { deaconRounds } from './deacon.ts';

/**
 * One tick of a patrol. A tick that would overlap the last one (of this worker) is skipped and counted; ticks never park. A tick whose end could not be
 * written (Redis full, say) bars the others for a while only.
 */
export const patrols: Processor<'patrols', World> = async (turn, world) => {
  const { desk, epoch } = world;
  const began = await desk.change(async (reading) => {
    const guard: Records['patrol'] = (await reading.get('patrol', turn.id)) ?? { id: turn.id, ticks: 0, skipped: 0, repaired: 0 };
    if (guard.running?.epoch === epoch && desk.clock.now() - guard.running.since < PATROL_OVER_MS)
      return { put: [{ noun: 'patrol', doc: { ...guard, skipped: guard.skipped + 1 } }], answer: false };
    const running = { epoch, since: desk.clock.now() };
    return { put: [{ noun: 'patrol', doc: { ...guard, running, ticks: guard.ticks + 1 } }], answer: true };
  });
  if (isRefusal(began) || !began) return done('skipped');
  let repaired = 0;
  try {
    repaired = await deaconRounds(world);
  } finally {
    await desk.change(async (reading) => {
      const guard = await reading.get('patrol', turn.id);
      if (!guard) return { put: [], answer: undefined };
      const { running: _, ...rest } = guard;
      const doc = { ...rest, lastAt: desk.clock.now(), repaired: guard.repaired + repaired } as Records['patrol'];
      const events = repaired > 0 ? [{ type: 'patrol.repaired' as const, subject: turn.id, data: { repaired } }] : [];
      return { put: [{ noun: 'patrol', doc }], events, answer: undefined };
    });
  }
  return done(`repaired ${repaired}`);
};
