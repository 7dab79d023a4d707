import type { Loop, Step, Via } from './grammar.ts';
import { type Kitchen, MAX_ITERATIONS, makes } from './kitchen.ts';
import { parseRange } from './range.ts';
import { entriesOf, flat, mapTexts, mapTree, renameNeeds, sinksOf } from './tree.ts';
import { fillBraces } from './vars.ts';

/**
 * Unrolls loops: the loop step gives way to its body, once for each round, one round after the other. What the loop needs its first round needs; who
 * needs the loop needs the end of its last round. A loop with `until` is unrolled once, and its step stays as the end of the round, where it is
 * decided while the molecule runs whether there is another.
 */
export function unroll(steps: readonly Step[], kitchen: Kitchen): Step[] {
  const ends = new Map<string, readonly string[]>();
  const done = unrollIn(steps, kitchen, ends);
  return renameNeeds(done, ends);
}

function unrollIn(steps: readonly Step[], kitchen: Kitchen, ends: Map<string, readonly string[]>): Step[] {
  return mapTree(steps, (step) => {
    if (!step.loop) return [step];
    const rounds = roundsOf(step, step.loop, kitchen);
    return rounds ? unrollOne(step, step.loop, rounds, kitchen, ends) : [];
  });
}

/** The value of the loop's variable in each round; undefined where it has none. */
function roundsOf({ origin }: Step, loop: Loop, kitchen: Kitchen): Array<string | undefined> | undefined {
  const at = [...origin.at, 'loop'];
  let first = 1;
  let last = loop.count ?? 1;
  if (loop.range !== undefined) {
    const range = parseRange(fillBraces(loop.range, kitchen.values));
    if ('why' in range) {
      const name = /\{([A-Za-z_]\w*)\}/.exec(fillBraces(loop.range, kitchen.values))?.[1];
      const hint = name !== undefined && Object.hasOwn(kitchen.formula.vars, name) ? `give it: --var ${name}=…` : undefined;
      kitchen.report.fault(origin.file, [...at, 'range'], range.why, hint);
      return undefined;
    }
    ({ first, last } = range);
  }
  if (last - first >= MAX_ITERATIONS) {
    kitchen.report.fault(origin.file, at, `runs ${last - first + 1} times`, `the limit is ${MAX_ITERATIONS}`);
    return undefined;
  }
  const valued = loop.range !== undefined && loop.var !== undefined;
  return Array.from({ length: last - first + 1 }, (_, index) => (valued ? String(first + index) : undefined));
}

function unrollOne(
  step: Step,
  loop: Loop,
  rounds: ReadonlyArray<string | undefined>,
  kitchen: Kitchen,
  ends: Map<string, readonly string[]>,
): Step[] {
  const made: Step[] = [];
  let before: readonly string[] = step.needs;
  for (const [index, value] of rounds.entries()) {
    const round = oneRound(step, loop, index + 1, value);
    if (!makes(kitchen, round)) return [];
    const entries = new Set(entriesOf(round).map(({ id }) => id));
    const linked = round.map((one) => {
      const needs = entries.has(one.id) ? [...new Set([...before, ...one.needs])] : one.needs;
      const also = [...(step.condition === undefined ? [] : [step.condition]), ...(step.also ?? []), ...(one.also ?? [])];
      return { ...one, needs, ...(also.length > 0 ? { also } : {}) };
    });
    // Loops in the body are unrolled now that their ids are whole; the round's sinks may be among them.
    before = sinksOf(round).map(({ id }) => id);
    made.push(...unrollIn(linked, kitchen, ends));
  }
  if (loop.until === undefined) {
    ends.set(step.id, before);
    return made;
  }
  const { loop: _loop, children: _children, ...rest } = step;
  const repeat = { until: loop.until, max: loop.max ?? 1, round: `${step.id}.iter1.` };
  return [...made, { ...rest, children: [], needs: [...before], repeat }];
}

/** The body as it stands in one round: ids with the round in front, the loop's variable filled in. */
function oneRound(step: Step, loop: Loop, number: number, value: string | undefined): Step[] {
  const prefix = `${step.id}.iter${number}.`;
  const inside = new Set(flat(loop.body).map(({ id }) => id));
  const values = new Map(value === undefined || loop.var === undefined ? [] : [[loop.var, value]]);
  const fill = (text: string) => fillBraces(text, values);
  const rename = (id: string) => (inside.has(id) ? prefix + fill(id) : fill(id));
  const via = { how: 'loop', name: `${step.id}.iter${number}`, on: step.id } as const;
  return loop.body.map((one) => withVia(mapIds(one, fill, rename, inside), via, values));
}

/** Bodies of inner loops keep their own ids until they are unrolled, but what they need outside has its new name at once. */
function mapIds(step: Step, fill: (text: string) => string, rename: (id: string) => string, inside: ReadonlySet<string>): Step {
  const own = step.loop ? new Set(flat(step.loop.body).map(({ id }) => id)) : undefined;
  const children = step.children.map((child) => mapIds(child, fill, rename, inside));
  const { loop: _loop, ...bare } = { ...step, children: [] };
  const mapped = mapTexts(bare, fill, rename);
  if (!step.loop || !own) return { ...mapped, children };
  const inner = (id: string) => (own.has(id) ? fill(id) : rename(id));
  const body = step.loop.body.map((one) => mapIds(one, fill, inner, inside));
  const { range, until } = step.loop;
  const filled = {
    ...(range === undefined ? {} : { range: fill(range) }),
    ...(until === undefined ? {} : { until: fill(until) }),
  };
  return { ...mapped, children, loop: { ...step.loop, ...filled, body } };
}

/** Notes the round in the step's origin, and hands the loop's variable on to what the step expands. */
function withVia(step: Step, via: Via, values: ReadonlyMap<string, string>): Step {
  const inner = (steps: readonly Step[]) => steps.map((one) => withVia(one, via, values));
  const expand_vars = step.expand === undefined ? step.expand_vars : { ...Object.fromEntries(values), ...step.expand_vars };
  return {
    ...step,
    expand_vars,
    origin: { ...step.origin, by: [...step.origin.by, via] },
    children: inner(step.children),
    ...(step.loop ? { loop: { ...step.loop, body: inner(step.loop.body) } } : {}),
  };
}
