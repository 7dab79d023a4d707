import { agentLayers, explainResolution, type Resolution, resolveAgent } from '#core/agents';
import { isRefusal, type Refusal } from '#core/refusals';
import { agentOf, agentPlaces, installHint, missingProgram } from '#world/agents/presets';
import { loadRigSettings, loadTownSettings } from '#world/config/settings';
import type { Io } from './command.ts';
import type { Town } from './wire.ts';
import { openRig } from './wire-rigs.ts';

/** Which agent a piece of work would have, and why. */
export type ExplainedAgent = {
  readonly agent: string;
  readonly rig: string | null;
  readonly decidedBy: string;
  /** In sentences, the strongest first. */
  readonly why: readonly string[];
  readonly named: Resolution['named'];
  /** What is said over the agent's preset, and where it is defined. */
  readonly fields: Resolution['fields'];
  readonly sources: readonly string[];
  readonly found: boolean;
  readonly install: string;
};

/** What is known of the work: the agent that its item names, and the worker that holds it. */
type Asked = { readonly work?: string | undefined; readonly worker?: string | undefined };

/** Explains the choice for a polecat of a rig, or of any rig that says nothing of its own. */
export async function explainAgent(
  town: Town,
  rigName: string | undefined,
  asked: Asked,
  io: Io,
): Promise<ExplainedAgent | Refusal> {
  const rig = rigName === undefined ? undefined : await openRig(town, rigName);
  if (isRefusal(rig)) return rig;
  const loaded = rigName === undefined ? loadTownSettings(town.root) : loadRigSettings(town.root, rigName);
  if (isRefusal(loaded)) return loaded;
  const { settings, origins } = loaded;
  const from = origins['agent'];
  const by = from === town.layout.settingsFile ? 'town' : from === undefined || from === 'default' ? 'built-in' : 'rig';
  const resolution = resolveAgent(agentLayers({ ...asked, role: 'polecat', settings, by }));
  const places = agentPlaces(town.layout, settings.agents, rig?.layout);
  if (isRefusal(places)) return places;
  const { agent, decidedBy, named, fields } = resolution;
  const defined = agentOf(agent, places, fields);
  if (isRefusal(defined)) return defined;
  return {
    agent,
    rig: rigName ?? null,
    decidedBy,
    why: explainResolution(resolution),
    named,
    fields,
    sources: defined.sources,
    found: missingProgram(defined, io.env['PATH'] ?? '') === undefined,
    install: installHint(defined.preset),
  };
}
