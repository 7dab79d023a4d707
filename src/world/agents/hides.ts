import { hiding } from '#core/context-files';
import type { Holder } from '#core/holder';
import type { Agent, Run } from '#core/records';
import { isRefusal, orThrow } from '#core/refusals';
import type { TownLayout } from '#world/config/layout';
import type { Rig } from '#world/world';
import { fieldsFor, presetName } from './launch.ts';
import { agentOf, agentPlaces } from './presets.ts';

/**
 * Patterns of the sparse checkout of an agent's worktree or clone: what speaks to Claude in every one, and what speaks to its own program. None where the rig
 * keeps the files of its repository. @throws Refused as `launch` does, before anything is checked out
 */
export function hides(holder: Pick<Run, 'agent' | 'name'> | Agent, rig: Rig, layout: TownLayout): string[] {
  if (rig.settings.keep_context_files) return [];
  const places = orThrow(agentPlaces(layout, rig.settings.agents, rig.layout));
  const defined = agentOf(presetName(holder as Holder, rig), places, fieldsFor(holder, rig));
  return hiding(isRefusal(defined) ? [] : defined.preset.hides);
}
