import type { z } from 'zod';
import type { Fields } from './agents.ts';
import { currentFields } from './older-agent-keys.ts';
import { PRESET_KEYS, type Preset, presetFile } from './preset.ts';

/** Agents by name, as one place defines them: the built-in presets, a file of the town, a rig's settings. */
export type Definitions = { readonly source: string; readonly agents: Readonly<Record<string, Fields>> };

export type AgentKind = 'built-in' | 'overridden' | 'custom';

/** An agent with all that is said about it. */
export type DefinedAgent = {
  readonly name: string;
  readonly kind: AgentKind;
  readonly preset: Preset;
  /** The preset that a custom agent is like, if it says so. */
  readonly like?: string;
  /** Where it is defined, the weakest first. */
  readonly sources: readonly string[];
};

type Faulty = { readonly faults: readonly string[]; readonly sources: readonly string[] };

/** Every agent that some place defines; the first place has the built-in ones. */
export const agentNames = (places: readonly Definitions[]): string[] =>
  [...new Set(places.flatMap(({ agents }) => Object.keys(agents)))].sort();

/** What an agent is, in one word; undefined when no place defines it. */
export function agentKind(name: string, places: readonly Definitions[]): AgentKind | undefined {
  const [shipped, ...others] = places;
  const over = others.some(({ agents }) => Object.hasOwn(agents, name));
  if (shipped && Object.hasOwn(shipped.agents, name)) return over ? 'overridden' : 'built-in';
  return over ? 'custom' : undefined;
}

/**
 * An agent as all places define it, the last the strongest: objects are joined key by key, lists replaced. A custom agent may be `like` another one, from
 * which it has all that it does not say. `over` is said last, by the layers of one start.
 */
export function defineAgent(name: string, places: readonly Definitions[], over: Fields = {}): DefinedAgent | Faulty | undefined {
  const kind = agentKind(name, places);
  if (!kind) return undefined;
  const read = gather(name, places, []);
  if ('fault' in read) return { faults: [read.fault], sources: read.sources };
  const { like, ...said } = join(read.fields, currentFields(over));
  const parsed = presetFile.safeParse(said);
  if (!parsed.success) return { faults: faultsOf(parsed.error.issues), sources: read.sources };
  return { name, kind, preset: parsed.data, ...(typeof like === 'string' ? { like } : {}), sources: read.sources };
}

type Gathered = { readonly fields: Fields; readonly sources: readonly string[] };

function gather(
  name: string,
  places: readonly Definitions[],
  above: readonly string[],
): Gathered | { readonly fault: string; readonly sources: readonly string[] } {
  const found = places.filter(({ agents }) => Object.hasOwn(agents, name));
  const sources = found.map(({ source }) => source);
  const fields = found.reduce<Fields>((under, { agents }) => join(under, currentFields(agents[name] ?? {})), {});
  const like = fields['like'];
  if (like === undefined) return { fields, sources };
  if (typeof like !== 'string' || agentKind(like, places) === undefined)
    return { fault: `\`like\` names no agent: ${String(like)}`, sources };
  if (like === name || above.includes(like)) return { fault: `\`like\` leads back to \`${like}\``, sources };
  const base = gather(like, places, [...above, name]);
  if ('fault' in base) return base;
  return { fields: join(base.fields, fields), sources };
}

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

function join(under: Plain, over: Plain): Plain {
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isPlain(below) && isPlain(value) ? join(below, value) : value;
  }
  return result;
}

function faultsOf(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => {
        const path = [...issue.path, key].join('.');
        return issue.path.length > 0 ? `unknown key \`${path}\`` : `unknown key \`${path}\` (known: ${PRESET_KEYS.join(', ')})`;
      });
    return [`\`${issue.path.join('.')}\` ${issue.message.replace(/^Invalid input: expected/, 'must be')}`];
  });
}
