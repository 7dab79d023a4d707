import { hiding } from '#core/context-files';
import type { Run } from '#core/records';
import { isRefusal, orThrow } from '#core/refusals';
import type { TownLayout } from '#world/config/layout';
import type { Rig } from '#world/world';
import { fieldsFor } from './launch.ts';
import { agentOf, agentPlaces } from './presets.ts';

/**
 * Patterns of the sparse checkout of a run's worktree: what speaks to Claude in every one, and what speaks to the run's own agent program. None where the
 * rig keeps the files of its repository. @throws Refused as `launch` does, before anything is checked out
 */
export function hides(run: Pick<Run, 'agent' | 'name'>, rig: Rig, layout: TownLayout): string[] {
  if (rig.settings.keep_context_files) return [];
  const defined = agentOf(run.agent, orThrow(agentPlaces(layout, rig.settings.agents, rig.layout)), fieldsFor(run, rig));
  return hiding(isRefusal(defined) ? [] : defined.preset.hides);
}
