import { type AgentKind, agentKind, agentNames, type DefinedAgent, type Definitions } from '#core/agent-definitions';
import { type AgentEntry, agentEntry } from '#core/agent-entries';
import { agentLayers, resolveAgent } from '#core/agents';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Settings } from '#core/settings';
import { changeAgents } from '#world/agents/agents-file';
import { agentOf, agentPlaces, installHint, missingProgram, unknownAgent } from '#world/agents/presets';
import { readObject, writeJson } from '#world/config/json-file';
import { loadTownSettings } from '#world/config/settings';
import { withFileLock } from '#world/processes/pid-file';
import type { Rig } from '#world/world';
import type { Io } from './command.ts';
import type { Town } from './wire.ts';
import { openRig } from './wire-rigs.ts';

/** The town's agents, for the command line: what gt ships, and what the files of the town say over it. */

/** An agent as `gt config agent` shows it. */
export type ShownAgent = {
  readonly name: string;
  readonly kind: AgentKind;
  readonly isDefault: boolean;
  readonly like: string | null;
  readonly sources: readonly string[];
  readonly preset: DefinedAgent['preset'];
  /** Whether its program is there, and how to get it. */
  readonly found: boolean;
  readonly install: string;
};

type Agents = {
  readonly settings: Settings;
  readonly places: readonly Definitions[];
  readonly chosen: string;
  readonly chosenIn: string;
};

function agentsOf(town: Town): Agents | Refusal {
  const loaded = loadTownSettings(town.root);
  if (isRefusal(loaded)) return loaded;
  const { settings, origins } = loaded;
  const places = agentPlaces(town.layout, settings.agents);
  return isRefusal(places) ? places : { settings, places, chosen: settings.agent, chosenIn: origins['agent'] ?? 'default' };
}

function shown(name: string, { places, chosen }: Agents, io: Io): ShownAgent | Refusal {
  const defined = agentOf(name, places);
  if (isRefusal(defined)) return defined;
  const { kind, like = null, sources, preset } = defined;
  const found = missingProgram(defined, io.env['PATH'] ?? '') === undefined;
  return { name, kind, isDefault: name === chosen, like, sources, preset, found, install: installHint(preset) };
}

/** Every agent of the town; one that is defined wrongly is the answer. */
export function listAgents(town: Town, io: Io): ShownAgent[] | Refusal {
  const agents = agentsOf(town);
  if (isRefusal(agents)) return agents;
  const list: ShownAgent[] = [];
  for (const name of agentNames(agents.places)) {
    const one = shown(name, agents, io);
    if (isRefusal(one)) return one;
    list.push(one);
  }
  return list;
}

/** One agent, with all that gt knows about it. */
export function getAgent(town: Town, name: string, io: Io): ShownAgent | Refusal {
  const agents = agentsOf(town);
  return isRefusal(agents) ? agents : shown(name, agents, io);
}

/** Sets an agent's command in `settings/agents.json`; refuses what would make it an agent that cannot be started. */
export async function setAgent(town: Town, entry: AgentEntry, io: Io): Promise<ShownAgent | Refusal> {
  const agents = agentsOf(town);
  if (isRefusal(agents)) return agents;
  const [shipped] = agents.places;
  const programs = Object.entries(shipped?.agents ?? {}).map(([name, fields]) => [String(fields['command']), name] as const);
  const changed = await changeAgents(town.layout, (own) => {
    const existing = Object.hasOwn(own, entry.name) ? own[entry.name] : undefined;
    const known = existing ?? (agentKind(entry.name, agents.places) === undefined ? undefined : {});
    const made = agentEntry(entry, known, Object.fromEntries(programs));
    if (isRefusal(made)) return made;
    const after = { ...own, [entry.name]: made };
    const places = agents.places.map((one) => (one.source === town.layout.agentsFile ? { ...one, agents: after } : one));
    const defined = agentOf(entry.name, places);
    return isRefusal(defined) ? defined : after;
  });
  return isRefusal(changed) ? changed : getAgent(town, entry.name, io);
}

export type RemovedAgent = {
  readonly removed: string;
  readonly restored: boolean;
  readonly wasDefault: boolean;
};

/** Takes an agent out of `settings/agents.json`; of a built-in one what was set over it. */
export async function removeAgent(town: Town, name: string): Promise<RemovedAgent | Refusal> {
  const agents = agentsOf(town);
  if (isRefusal(agents)) return agents;
  const kind = agentKind(name, agents.places);
  if (kind === undefined) return unknownAgent(name, agentNames(agents.places));
  if (kind === 'built-in') return refuse('AGENT_BUILT_IN', { agent: name });
  const changed = await changeAgents(town.layout, (own) => {
    if (Object.hasOwn(own, name)) return Object.fromEntries(Object.entries(own).filter(([other]) => other !== name));
    const elsewhere = agents.places.filter((one) => Object.hasOwn(one.agents, name)).at(-1)?.source ?? '?';
    const where = elsewhere === 'settings' ? town.layout.settingsFile : elsewhere;
    return refuse('USAGE', { what: `\`${name}\` is not set in settings/agents.json.`, hint: `Take it out of ${where}.` });
  });
  if (isRefusal(changed)) return changed;
  return { removed: name, restored: kind === 'overridden', wasDefault: name === agents.chosen && kind === 'custom' };
}

export type DefaultAgent = {
  readonly agent: string;
  readonly setIn: string | null;
  readonly found: boolean;
  readonly install: string;
};

/** Which agent the town's work has when nothing else is said, and which file says so. */
export function defaultAgent(town: Town, io: Io): DefaultAgent | Refusal {
  const agents = agentsOf(town);
  if (isRefusal(agents)) return agents;
  const one = shown(agents.chosen, agents, io);
  if (isRefusal(one)) return one;
  const { found, install } = one;
  return { agent: agents.chosen, setIn: agents.chosenIn === 'default' ? null : agents.chosenIn, found, install };
}

/** Sets the town's default agent; AGENT_UNKNOWN for one that nobody defines. */
export async function setDefaultAgent(town: Town, name: string, io: Io): Promise<DefaultAgent | Refusal> {
  const known = getAgent(town, name, io);
  if (isRefusal(known)) return known;
  const file = town.layout.settingsFile;
  const written = await withFileLock(file, () => {
    const settings = readObject(file);
    if (isRefusal(settings)) return settings;
    // The older name of the key beside the newer one would be refused.
    const { default_agent: _older, ...others } = settings ?? { type: 'town-settings', version: 1 };
    writeJson(file, { ...others, agent: name });
    return undefined;
  });
  return written ?? defaultAgent(town, io);
}

/** How many agents a town or a rig knows, as the doctor counts them; the first refusal among their files and a rig's choices. */
export function definedFor(town: Town, rig: Rig | undefined): number | Refusal {
  const agents = agentsOf(town);
  if (isRefusal(agents)) return agents;
  const places = rig ? agentPlaces(town.layout, rig.settings.agents, rig.layout) : agents.places;
  if (isRefusal(places)) return places;
  const names = agentNames(places);
  const { settings } = rig ?? agents;
  const workers = Object.keys(settings.worker_agents ?? {});
  const chosen = [undefined, ...workers].map((worker) => resolveAgent(agentLayers({ role: 'polecat', worker, settings })));
  const asked = [...names.map((agent) => ({ agent, fields: {} })), ...chosen];
  return asked.map(({ agent, fields }) => agentOf(agent, places, fields)).find(isRefusal) ?? names.length;
}

/**
 * Why an item of a rig cannot be slung to an agent: nobody defines it, or its program is not there. Files that are wrong are no reason here: they are told
 * where they are needed. An agent's shell may have lost PATH, so that only a person is told that a program is missing. @param manual a person starts it
 */
export function unfitIn(
  town: Town,
  io: Io,
  manual = false,
): (rig: string, agent: string | undefined) => Promise<Refusal | undefined> {
  return async (name, named) => {
    const rig = await openRig(town, name);
    if (isRefusal(rig)) return undefined;
    const { settings } = rig;
    const places = agentPlaces(town.layout, settings.agents, rig.layout);
    if (isRefusal(places)) return undefined;
    const { agent, fields } = resolveAgent(agentLayers({ flag: named, role: 'polecat', settings }));
    const defined = agentOf(agent, places, fields);
    if (isRefusal(defined)) return defined;
    if (manual || settings.spawn === 'manual' || io.env['GT_SESSION']) return undefined;
    const missing = missingProgram(defined, io.env['PATH'] ?? '');
    const another = 'Or name another agent, with --agent or for all work: `gt config default-agent <name>`.';
    return missing && refuse('AGENT_MISSING', { ...missing.facts, hint: `${missing.facts['hint']} ${another}` });
  };
}
