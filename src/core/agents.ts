/**
 * Which agent does a piece of work. Every layer may name an agent, or say something over the one that holds: flag before work, worker, role, rig and
 * town, and last what is built in. Pure, and without the schema of presets: hot commands may ask.
 */

/** What is said over a preset: some of its keys, or their older names. */
export type Fields = Readonly<Record<string, unknown>>;

const LAYERS = ['flag', 'work', 'worker', 'role', 'rig', 'town', 'built-in'] as const;
type LayerName = (typeof LAYERS)[number];

/** One layer: whom it names, if anybody, and what it says over that agent (or over whom a weaker layer named). */
export type AgentLayer = { readonly layer: LayerName; readonly agent?: string | undefined; readonly fields?: Fields | undefined };

/** A setting that names an agent, or says more: `"codex"`, or `{ "agent": "codex", "args": [...] }`. */
export type AgentChoice = string | ({ readonly agent?: string | undefined } & Fields);

export type Resolution = {
  readonly agent: string;
  readonly decidedBy: LayerName;
  /** What the layers say over the agent's preset, the strongest last word. */
  readonly fields: Fields;
  /** Which layer said each field. */
  readonly saidBy: Readonly<Record<string, LayerName>>;
  /** Every layer that named an agent, the strongest first. */
  readonly named: ReadonlyArray<{ readonly layer: LayerName; readonly agent: string }>;
};

/** Finds the agent. What a layer says holds for the agent that holds there: a stronger layer that names another one leaves it behind. */
export function resolveAgent(layers: readonly AgentLayer[], builtIn = 'claude'): Resolution {
  const ordered = [...layers].sort((a, b) => LAYERS.indexOf(b.layer) - LAYERS.indexOf(a.layer));
  let agent = builtIn;
  let decidedBy: LayerName = 'built-in';
  let fields: Record<string, unknown> = {};
  let saidBy: Record<string, LayerName> = {};
  const named: Array<{ layer: LayerName; agent: string }> = [{ layer: 'built-in', agent: builtIn }];
  for (const one of ordered) {
    if (one.agent) {
      named.unshift({ layer: one.layer, agent: one.agent });
      if (one.agent !== agent) {
        fields = {};
        saidBy = {};
      }
      agent = one.agent;
      decidedBy = one.layer;
    }
    for (const [key, value] of Object.entries(one.fields ?? {})) {
      if (value === undefined) continue;
      fields[key] = value;
      saidBy[key] = one.layer;
    }
  }
  return { agent, decidedBy, fields, saidBy, named };
}

/** Why this agent, in sentences. */
export function explainResolution({ agent, decidedBy, named, saidBy }: Resolution): string[] {
  const passed = named.filter(({ layer }) => layer !== decidedBy);
  const fields = Object.entries(saidBy).map(([key, layer]) => `\`${key}\` is said by the ${layer}.`);
  return [
    decidedBy === 'built-in' ? `${agent}: nobody named another.` : `${agent}: named by the ${decidedBy}.`,
    ...passed.map((one) => `The ${one.layer} names ${one.agent === agent ? 'the same' : one.agent}, which is weaker.`),
    ...fields,
  ];
}

type Chosen = {
  readonly flag?: string | undefined;
  readonly work?: string | undefined;
  /** The worker's name, and its role. */
  readonly worker?: string | undefined;
  readonly role?: string | undefined;
  readonly settings: {
    readonly agent: string;
    readonly role_agents?: Readonly<Record<string, AgentChoice>>;
    readonly worker_agents?: Readonly<Record<string, AgentChoice>>;
  };
  /** Which file says the settings' `agent`: rig unless told. */
  readonly by?: 'rig' | 'town' | 'built-in';
};

/** The layers of a start, from what is known about it. */
export function agentLayers({ flag, work, worker, role, settings, by = 'rig' }: Chosen): AgentLayer[] {
  const choice = (layer: LayerName, chosen: AgentChoice | undefined): AgentLayer => {
    if (chosen === undefined || typeof chosen === 'string') return { layer, agent: chosen };
    const { agent, ...fields } = chosen;
    return { layer, agent, fields };
  };
  return [
    { layer: 'flag', agent: flag },
    { layer: 'work', agent: work },
    choice('worker', worker === undefined ? undefined : own(settings.worker_agents, worker)),
    choice('role', role === undefined ? undefined : own(settings.role_agents, role)),
    { layer: by, agent: settings.agent },
  ];
}

/** An entry of a record by a name that a person wrote: `constructor` is no entry. */
function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}
