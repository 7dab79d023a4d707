import { HOLD_MS } from '#core/limits';
import type { World } from '#world/world';
import { done, type Processor, sleep } from './answer.ts';

/** A lasting agent: makes its session what the books say. */
export const agents: Processor<'agents', World> = async ({ doc }, { desk }) =>
  doc ? sleep(desk.clock.now() + HOLD_MS, 'nobody wants it now') : done('gone');
