import { isKnown } from '#core/agent-state';
import type { Run } from '#core/records';
import { isRefusal } from '#core/refusals';
import type { Town } from './wire.ts';
import { openRig } from './wire-rigs.ts';

/** The screen data of a run's agent program; undefined where none are known, or its files are wrong: that is told where they are needed. */
export async function screenOf(town: Town, run: Run): Promise<object | undefined> {
  const [{ agentOf, agentPlaces }, { fieldsFor }] = await Promise.all([
    import('#world/agents/presets'),
    import('#world/agents/launch'),
  ]);
  const rig = await openRig(town, run.rig);
  if (isRefusal(rig)) return undefined;
  const places = agentPlaces(town.layout, rig.settings.agents, rig.layout);
  const defined = isRefusal(places) ? places : agentOf(run.agent, places, fieldsFor(run, rig));
  return isRefusal(defined) || !isKnown(defined.preset.screen) ? undefined : defined.preset.screen;
}
