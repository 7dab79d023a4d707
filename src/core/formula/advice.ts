import type { Path } from './faults.ts';
import { meant } from './faults.ts';
import { matchesGlob } from './glob.ts';
import type { Advice, AdviceStep, Formula, Step } from './grammar.ts';
import { besideShell, execOf, mapExec } from './grammar-exec.ts';
import { wholeFormula } from './inherit.ts';
import { type Kitchen, makes } from './kitchen.ts';
import { blankStep, titleOf } from './step.ts';
import { flat } from './tree.ts';
import { fillBraces } from './vars.ts';

/** Puts steps before and after those that advice matches: the formula's own advice, and that of the aspects it names. */

/** Applies every advice of a formula at once: what it inserts is not matched by it. */
export function advise(steps: readonly Step[], { advice, pointcuts }: Formula, kitchen: Kitchen): Step[] {
  if (advice.length === 0) return [...steps];
  const all = flat(steps);
  const meets = (step: Step) =>
    pointcuts.length === 0 ||
    pointcuts.some(
      ({ glob, type, label }) =>
        (glob === undefined || matchesGlob(glob, step.id)) &&
        (type === undefined || type === step.type) &&
        (label === undefined || step.labels.includes(label)),
    );
  for (const { target, origin } of advice)
    if (!all.some(({ id }) => matchesGlob(target, id)))
      kitchen.report.warn(
        origin.file,
        [...origin.at, 'target'],
        `\`${target}\` matches no step`,
        meant(
          target,
          all.map(({ id }) => id),
        ),
      );
  const around = new Map<string, Around>();
  for (const step of all) if (meets(step)) around.set(step.id, aroundOf(step, advice));
  const last = new Map([...around].flatMap(([id, { afters }]) => (afters.length > 0 ? [[id, afters.at(-1)?.id ?? id]] : [])));
  return insert(steps, around, last, kitchen);
}

/** Applies the aspects that the formula names, one after the other: a later one sees what an earlier one has inserted. */
export function applyAspects(steps: readonly Step[], kitchen: Kitchen): Step[] {
  let now = [...steps];
  for (const name of kitchen.formula.compose.aspects) {
    const asked: { file: string; at: Path } = { file: kitchen.file, at: ['compose', 'aspects'] };
    const found = wholeFormula(name, kitchen.shelf, asked);
    if (!found) continue;
    if (found.formula.type === 'aspect') now = advise(now, found.formula, kitchen);
    else kitchen.report.fault(asked.file, asked.at, `\`${name}\` is of type ${found.formula.type}, and must be an aspect`);
  }
  return now;
}

type Around = { readonly befores: readonly Step[]; readonly afters: readonly Step[] };

/** The steps that all matching advice puts around one, in the order of the file. */
function aroundOf(step: Step, advice: readonly Advice[]): Around {
  const befores: Step[] = [];
  const afters: Step[] = [];
  for (const { target, before, after, around, origin } of advice) {
    if (!matchesGlob(target, step.id)) continue;
    const made = (one: AdviceStep, at: Path) => adviceStep(one, step, { ...origin, at: [...origin.at, ...at] });
    if (before) befores.push(made(before, ['before']));
    befores.push(...around.before.map((one, index) => made(one, ['around', 'before', index])));
    if (after) afters.push(made(after, ['after']));
    afters.push(...around.after.map((one, index) => made(one, ['around', 'after', index])));
  }
  return { befores, afters };
}

function adviceStep(written: AdviceStep, on: Step, origin: Step['origin']): Step {
  const { id, title, description, type, args, output, extra } = written;
  const values = new Map([
    ['step.id', on.id],
    ['step.title', titleOf(on)],
  ]);
  const kept = {
    ...extra,
    ...(Object.keys(args).length > 0 ? { args } : {}),
    ...(Object.keys(output).length > 0 ? { output } : {}),
  };
  const via = { how: 'advice', name: origin.formula, on: on.id } as const;
  return {
    ...blankStep(fillBraces(id, values), { ...origin, by: [...on.origin.by, via] }),
    title: fillBraces(title, values),
    description: fillBraces(description, values),
    type,
    ...mapExec(
      execOf(written) ?? {},
      besideShell((text) => fillBraces(text, values)),
    ),
    ...(Object.keys(kept).length > 0 ? { extra: kept } : {}),
    ...(on.condition === undefined ? {} : { condition: on.condition }),
    ...(on.also ? { also: on.also } : {}),
  };
}

/** Befores in a chain, the step, afters in a chain. What the step needed the first before needs too; who needed the step needs the last after. */
function insert(
  steps: readonly Step[],
  around: ReadonlyMap<string, Around>,
  last: ReadonlyMap<string, string>,
  kitchen: Kitchen,
): Step[] {
  return steps.flatMap((step) => {
    const { befores = [], afters = [] } = around.get(step.id) ?? {};
    if (!makes(kitchen, [...befores, ...afters])) return [];
    const needs = step.needs.map((need) => last.get(need) ?? need);
    // A child waits for its container's start, not for what comes after it.
    const inner = new Map(last);
    inner.delete(step.id);
    const chained = befores.map((one, index) => ({ ...one, needs: index === 0 ? needs : [befores[index - 1]?.id ?? ''] }));
    const before = befores.at(-1)?.id;
    return [
      ...chained,
      {
        ...step,
        needs: before === undefined ? needs : [...needs, before],
        children: insert(step.children, around, inner, kitchen),
      },
      ...afters.map((one, index) => ({ ...one, needs: [index === 0 ? step.id : (afters[index - 1]?.id ?? '')] })),
    ];
  });
}
