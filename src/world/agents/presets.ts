import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefinedAgent, type Definitions, defineAgent, agentNames as namesIn } from '#core/agent-definitions';
import type { Fields } from '#core/agents';
import { nearest, orList } from '#core/nearest';
import type { Preset } from '#core/preset';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Settings } from '#core/settings';
import { invalidFile, readObject } from '#world/config/json-file';
import type { RigLayout, TownLayout } from '#world/config/layout';
import { isProgram, onPath } from '#world/processes/programs';
import { readAgents } from './agents-file.ts';

/** The data files that gt ships, one for each agent program. */
const SHIPPED = fileURLToPath(new URL('../../../presets/', import.meta.url));

/** The presets of a folder, by the names of their files, as they are written. @throws Refused when a file is no JSON object */
function presetsIn(folder: string): Record<string, Fields> | Refusal {
  const found: Record<string, Fields> = {};
  for (const file of filesOf(folder)) {
    const read = readObject(join(folder, file));
    if (isRefusal(read)) return read;
    if (read) found[file.replace(/\.json$/, '')] = read;
  }
  return found;
}

/** Those that gt ships, as they were when this process first asked: a newer gt that is installed beside it has keys that this one does not know. */
let shipped: Record<string, Fields> | Refusal | undefined;
const shippedOnes = () => (shipped ??= presetsIn(SHIPPED));

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^[\w][\w.-]*\.json$/.test(name));
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fault;
  }
}

/**
 * Every place that defines agents, the weakest first: what gt ships, the town's preset files, `settings/agents.json`, the `agents` of the settings of the
 * town or of a rig, and the rig's own `settings/agents.json`.
 */
export function agentPlaces(
  layout: TownLayout,
  agents: Settings['agents'] = {},
  rig?: Pick<RigLayout, 'agentsFile'>,
): Definitions[] | Refusal {
  const ours = shippedOnes();
  if (isRefusal(ours)) return ours;
  const own = presetsIn(layout.presets);
  if (isRefusal(own)) return own;
  const file = readAgents(layout);
  if (isRefusal(file)) return file;
  const ofRig = rig && readAgents(rig);
  if (isRefusal(ofRig)) return ofRig;
  return [
    { source: 'built-in', agents: ours },
    ...Object.entries(own).map(([name, fields]) => ({
      source: join(layout.presets, `${name}.json`),
      agents: { [name]: fields },
    })),
    { source: layout.agentsFile, agents: file.agents },
    { source: 'settings', agents: agents },
    ...(rig && ofRig ? [{ source: rig.agentsFile, agents: ofRig.agents }] : []),
  ];
}

/** The only place that defines agents where there is no town. */
export function shippedPlaces(): Definitions[] {
  const ours = shippedOnes();
  return [{ source: 'built-in', agents: isRefusal(ours) ? {} : ours }];
}

type ShippedPreset = { readonly name: string; readonly preset: Preset };
let defined: readonly ShippedPreset[] | undefined;

/** The presets that gt ships, with what is needed to find and to install each: what they are is worked out once, as they are read once. */
export function shippedPresets(): readonly ShippedPreset[] {
  defined ??= definedOf(shippedPlaces());
  return defined;
}

const definedOf = (places: readonly Definitions[]): ShippedPreset[] =>
  namesIn(places).flatMap((name) => {
    const one = defineAgent(name, places);
    return one && 'preset' in one ? [{ name, preset: one.preset }] : [];
  });

/** An agent by name; AGENT_UNKNOWN with the nearest names, SETTINGS_INVALID with every fault of its definition. */
export function agentOf(name: string, places: readonly Definitions[], over: Fields = {}): DefinedAgent | Refusal {
  const defined = defineAgent(name, places, over);
  if (!defined) return unknownAgent(name, namesIn(places));
  if ('faults' in defined)
    return invalidFile(defined.sources.at(-1) ?? 'settings', [`agent \`${name}\`: ${defined.faults.join('; ')}`]);
  return defined;
}

/** The refusal of an agent that nobody defines. */
export function unknownAgent(agent: string, names: readonly string[]): Refusal {
  const hint = `Did you mean ${orList(nearest(agent, names))}? \`gt config agent list\` shows all.`;
  return refuse('AGENT_UNKNOWN', { agent, hint });
}

/** The refusal of an agent whose program is not there, with how to install it; undefined when it is. */
export function missingProgram({ name, preset }: Pick<DefinedAgent, 'name' | 'preset'>, path: string): Refusal | undefined {
  const { command } = preset;
  const found = command.includes('/') ? isProgram(command) : onPath([command], path) !== undefined;
  return found ? undefined : refuse('AGENT_MISSING', { agent: name, command, hint: installHint(preset) });
}

/** How to install the program of a preset, in a sentence. */
export function installHint({ install, command }: Pick<Preset, 'install' | 'command'>): string {
  if (install?.npm) return `Install it: \`npm install -g ${install.npm}\`.`;
  if (install?.url) return `Install it: see ${install.url}.`;
  return command.includes('/')
    ? `Put a program there, or see which others there are: \`gt config agent list\`.`
    : `Put \`${command}\` on PATH, or see which others there are: \`gt config agent list\`.`;
}
