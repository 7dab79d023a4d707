import { type Look, paced } from '#core/gate';
import { ghWords, readGh } from '#core/gate-gh';
import type { Gate } from '#core/records';
import type { World } from '#world/world';

/** Asks GitHub, through its command line, about a workflow run or a pull request of the rig's repository: every 30 s to 5 min, as it tells nobody by itself. */
export async function lookAtGitHub(gate: Gate, world: World, signal: AbortSignal): Promise<Look> {
  const now = world.desk.clock.now();
  const words = ghWords(gate);
  if (!words)
    return { is: 'trouble', cause: 'gh-none', seen: `${gate.awaitId} is no id`, soon: true, lookAt: paced(gate, 'far', now) };
  const dir = gate.rig === '' ? world.town.layout.root : world.rig(gate.rig).repo;
  const answer = await world.looks.gh(words, dir, signal);
  signal.throwIfAborted();
  return readGh(gate, answer, world.desk.clock.now());
}
