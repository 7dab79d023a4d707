import { HOLD_MS } from '#core/limits';
import type { World } from '#world/world';
import { done, type Processor, sleep } from './answer.ts';

/** An async wait: parked until it is due, or until somebody or something opens it. */
export const gates: Processor<'gates', World> = async ({ doc }, { desk }) => {
  if (!doc || doc.ended) return done(doc?.state ?? 'gone');
  return sleep(desk.clock.now() + HOLD_MS, `waits for ${doc.type}`);
};
