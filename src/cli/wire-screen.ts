import { isKnown } from '#core/agent-state';
import type { Holder } from '#core/holder';
import { isRefusal } from '#core/refusals';
import type { Town } from './wire.ts';
import { openRig } from './wire-rigs.ts';

/** The screen data of a holder's agent program; undefined where none are known, or its files are wrong: that is told where they are needed. */
export async function screenOf(town: Town, holder: Holder): Promise<object | undefined> {
  const [{ agentOf, agentPlaces }, { fieldsFor, presetName }, { loadTownSettings }] = await Promise.all([
    import('#world/agents/presets'),
    import('#world/agents/launch'),
    import('#world/config/settings'),
  ]);
  const ground = holder.rig === '' ? loadTownSettings(town.root) : await openRig(town, holder.rig);
  if (isRefusal(ground)) return undefined;
  const layout = 'layout' in ground ? ground.layout : undefined;
  const places = agentPlaces(town.layout, ground.settings.agents, layout);
  const defined = isRefusal(places) ? places : agentOf(presetName(holder, ground), places, fieldsFor(holder, ground));
  return isRefusal(defined) || !isKnown(defined.preset.screen) ? undefined : defined.preset.screen;
}
