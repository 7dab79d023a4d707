import type { Step } from './grammar.ts';
import { besideShell, mapExec } from './grammar-exec.ts';
import { needsOf } from './step.ts';

/** Steps in their trees: what cooking does to them all. Lists are made anew, never changed. */

/** Each step replaced by what `change` makes of it, in its place; children first. */
export function mapTree(steps: readonly Step[], change: (step: Step) => readonly Step[]): Step[] {
  return steps.flatMap((step) =>
    change(step.children.length === 0 ? step : { ...step, children: mapTree(step.children, change) }),
  );
}

/** All steps of the trees, containers before their children. */
export function flat(steps: readonly Step[], into: Step[] = []): Step[] {
  for (const step of steps) {
    into.push(step);
    if (step.children.length > 0) flat(step.children, into);
  }
  return into;
}

/** The steps with other ids in the place of those that the map knows: in needs, and as the one whose children are waited for. */
export function renameNeeds(steps: readonly Step[], to: ReadonlyMap<string, readonly string[]>): Step[] {
  return to.size === 0 ? [...steps] : mapTree(steps, (step) => [renamed(step, to)]);
}

/** One step so, its children as they are. Most steps of a large template need nothing that is renamed: those stay the same step. */
export function renamed(step: Step, to: ReadonlyMap<string, readonly string[]>): Step {
  const { needs, waits, loop } = step;
  if (!loop && !(waits && to.has(waits.spawner)) && !needs.some((need) => to.has(need))) return step;
  const spawner = waits && reach(waits.spawner, to).at(-1);
  return {
    ...step,
    needs: [...new Set(needs.flatMap((id) => reach(id, to)))],
    ...(waits && spawner !== undefined ? { waits: { ...waits, spawner } } : {}),
    ...(loop ? { loop: { ...loop, body: renameNeeds(loop.body, to) } } : {}),
  };
}

/** What stands for an id after all: a step that has been replaced may have been replaced by one that was replaced. */
function reach(id: string, to: ReadonlyMap<string, readonly string[]>, seen: readonly string[] = []): readonly string[] {
  const next = to.get(id);
  return next === undefined || seen.includes(id) ? [id] : next.flatMap((one) => reach(one, to, [...seen, id]));
}

/** The steps of a list that need none of its steps. */
export function entriesOf(steps: readonly Step[]): Step[] {
  const ids = new Set(flat(steps).map(({ id }) => id));
  return steps.filter((step) => !needsOf(step).some((need) => ids.has(need)));
}

/** The steps of a list that none of the others needs. */
export function sinksOf(steps: readonly Step[]): Step[] {
  // Which step of the list each id is in: one walk, for lists of thousands.
  const holder = new Map(steps.flatMap((top) => flat([top]).map(({ id }) => [id, top] as const)));
  const needed = new Set<Step | undefined>();
  for (const top of steps)
    for (const step of flat([top])) for (const need of needsOf(step)) if (holder.get(need) !== top) needed.add(holder.get(need));
  return steps.filter((step) => !needed.has(step));
}

/** Changes the texts of a step, of its children and of what it repeats. Ids and needs are left to `ids`. */
export function mapTexts(step: Step, fill: (text: string) => string, ids: (id: string) => string = (id) => id): Step {
  const texts = (table: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(table).map(([key, text]) => [key, fill(text)]));
  const inner = (steps: readonly Step[]) => steps.map((one) => mapTexts(one, fill, ids));
  const { gate, loop, on_complete: after, ralph, waits } = step;
  return {
    ...mapExec(step, besideShell(fill)),
    id: ids(step.id),
    title: fill(step.title),
    description: fill(step.description),
    notes: fill(step.notes),
    acceptance: fill(step.acceptance),
    assignee: fill(step.assignee),
    labels: step.labels.map(fill),
    metadata: mapStrings(step.metadata, fill) as Step['metadata'],
    needs: [...new Set(step.needs.map(ids))],
    depends_on: step.depends_on.map(ids),
    ...(waits ? { waits: { ...waits, spawner: ids(waits.spawner) } } : {}),
    ...(step.waits_for === undefined ? {} : { waits_for: fill(step.waits_for) }),
    ...(step.condition === undefined ? {} : { condition: fill(step.condition) }),
    ...(step.also ? { also: step.also.map(fill) } : {}),
    ...(step.expand === undefined ? {} : { expand: fill(step.expand) }),
    expand_vars: texts(step.expand_vars),
    children: inner(step.children),
    ...(gate ? { gate: mapStrings(gate, fill) as typeof gate } : {}),
    ...(loop
      ? {
          loop: {
            ...loop,
            ...(loop.range === undefined ? {} : { range: fill(loop.range) }),
            ...(loop.until === undefined ? {} : { until: fill(loop.until) }),
            body: inner(loop.body),
          },
        }
      : {}),
    ...(after ? { on_complete: mapStrings(after, fill) as typeof after } : {}),
    ...(ralph ? { ralph: mapStrings(ralph, fill) as typeof ralph } : {}),
  };
}

/** A plain value with every text in it changed; names of keys stay. */
export function mapStrings(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((one) => mapStrings(one, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapStrings(one, fill)]));
}
