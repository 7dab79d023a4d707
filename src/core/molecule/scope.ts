import type { ProtoStep } from '#core/formula/proto';
import type { Step } from '#core/records';

/**
 * Scopes, as metadata of steps says them: `gc.kind = "scope"` (or the role `body`) makes a step the body of one, `gc.scope_ref` names the body, and
 * `gc.scope_role` says what a step is in it. The body ends when its members have: as done, or, when one has failed, as failed. A member that fails takes those
 * that nobody has begun with it. The teardown runs when the members have ended, however they did. Who is outside and needs a member waits for the body.
 */
export type ScopePart = {
  /** Id of the body in the plan. */
  readonly of: string;
  readonly role: NonNullable<Step['scope']>['role'];
  /** Of a body. */
  readonly members?: readonly string[];
};

type Role = ScopePart['role'];

/** What a step is in a scope; undefined when it is in none. */
export function roleOf(step: ProtoStep): Role | undefined {
  const role = metadataOf(step, 'scope_role');
  if (role === 'body' || metadataOf(step, 'kind') === 'scope') return 'body';
  if (metadataOf(step, 'scope_ref') === undefined) return undefined;
  return role === 'setup' || role === 'teardown' ? role : 'member';
}

/** Keys are written with a dot, quoted, or as a table in a table. */
function metadataOf({ metadata }: ProtoStep, key: string): string | undefined {
  const table = metadata['gc'];
  const inner = typeof table === 'object' && table !== null ? (table as Record<string, unknown>)[key] : undefined;
  const found = metadata[`gc.${key}`] ?? inner;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The scopes among steps: what each step is in them, and each step with the needs that hold it. */
export function scopesOf(steps: readonly ProtoStep[]): {
  of: (step: ProtoStep) => ScopePart | undefined;
  held: (step: ProtoStep) => ProtoStep;
} {
  const bodies = new Map(
    steps.filter((step) => step.kind !== 'gate' && roleOf(step) === 'body').map((step) => [step.step, step]),
  );
  if (bodies.size === 0) return { of: () => undefined, held: (step) => step };
  const parts = new Map<string, ScopePart>();
  const members = new Map<string, string[]>([...bodies.values()].map(({ id }) => [id, []]));
  for (const step of steps) {
    const role = step.kind === 'gate' ? undefined : roleOf(step);
    const body = role === 'body' ? step : bodies.get(metadataOf(step, 'scope_ref') ?? '');
    if (!role || !body) continue;
    parts.set(step.id, { of: body.id, role });
    if (role === 'setup' || role === 'member') members.get(body.id)?.push(step.id);
  }
  const of = ({ id }: ProtoStep) => {
    const part = parts.get(id);
    return part?.role === 'body' ? { ...part, members: members.get(id) ?? [] } : part;
  };
  return { of, held: (step) => ({ ...step, needs: heldNeeds(step, parts, members) }) };
}

function heldNeeds(
  step: ProtoStep,
  parts: ReadonlyMap<string, ScopePart>,
  members: ReadonlyMap<string, readonly string[]>,
): string[] {
  const own = parts.get(step.id);
  const isInside = own?.role === 'setup' || own?.role === 'member';
  const needs = step.needs.flatMap((need): readonly string[] => {
    // The body ends after its members.
    if (isInside && need === own.of) return [];
    const part = parts.get(need);
    if (own?.role === 'teardown' && need === own.of) return members.get(need) ?? [];
    const isMember = part?.role === 'setup' || part?.role === 'member';
    return isMember && part.of !== own?.of ? [part.of] : [need];
  });
  const all = own?.role === 'body' || own?.role === 'teardown' ? [...needs, ...(members.get(own.of) ?? [])] : needs;
  return [...new Set(all)].filter((need) => need !== step.id);
}

/** How a scope ended, by its members. @returns why it has failed, or undefined */
export function scopeFailure(members: readonly Step[]): string | undefined {
  const failed = members.filter(({ closed }) => closed?.outcome === 'failed');
  return failed.length === 0 ? undefined : failed.map(({ key, closed }) => `${key}: ${closed?.reason ?? ''}`).join('; ');
}
