import type { Run } from '#core/records';
import { orThrow } from '#core/refusals';
import { nudge } from '#ops/nudge';
import type { World } from '#world/world';

/**
 * The first prompt of a session whose program takes it only by typing, as its first delivery. Asked for before the session starts, so that none starts
 * without; a start that is made again asks again, and the key lets the later one take the place of the earlier.
 */
export async function sayFirst(run: Run, text: string, { desk }: World): Promise<void> {
  const { rig, name, work, session } = run;
  const first = session?.id ?? '';
  orThrow(await nudge(desk, { to: `${rig}/${name}`, work, text, mode: 'wait-idle', key: 'first prompt', first }));
}
