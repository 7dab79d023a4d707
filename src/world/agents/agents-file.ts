import type { Fields } from '#core/agents';
import { isRefusal, type Refusal } from '#core/refusals';
import { faultsOf, invalidFile, readObject, rules, writeJson } from '#world/config/json-file';
import type { TownLayout } from '#world/config/layout';
import { withFileLock } from '#world/processes/pid-file';

/** `settings/agents.json`: agents of the town's own, and what it says over the built-in ones. Keys that gt does not know are kept. */
export type AgentsFile = { readonly version: 1; readonly agents: Readonly<Record<string, Fields>> };

/** Reads the town's own agents; none without the file, SETTINGS_INVALID with every fault of it. */
export function readAgents({ agentsFile }: Pick<TownLayout, 'agentsFile'>): AgentsFile | Refusal {
  const file = readObject(agentsFile);
  if (file === undefined) return { version: 1, agents: {} };
  if (isRefusal(file)) return file;
  const faults = faultsOf(file, { version: rules.is(1), agents: rules.object({}) });
  if (faults.length > 0) return invalidFile(agentsFile, faults);
  const agents = file['agents'] as Record<string, unknown>;
  const wrong = faultsOf(agents, Object.fromEntries(Object.keys(agents).map((name) => [name, rules.object({})])));
  return wrong.length > 0 ? invalidFile(agentsFile, wrong) : (file as AgentsFile);
}

/** Changes the town's own agents under the file's lock; the change may refuse. */
export function changeAgents(
  layout: Pick<TownLayout, 'agentsFile'>,
  change: (agents: AgentsFile['agents']) => AgentsFile['agents'] | Refusal,
): Promise<AgentsFile | Refusal> {
  return withFileLock(layout.agentsFile, () => {
    const file = readAgents(layout);
    if (isRefusal(file)) return file;
    const agents = change(file.agents);
    if (isRefusal(agents)) return agents;
    const changed = { ...file, agents };
    writeJson(layout.agentsFile, changed);
    return changed;
  });
}
