import type { Path } from './faults.ts';
import { meant } from './faults.ts';
import { matchesGlob } from './glob.ts';
import type { Step } from './grammar.ts';
import { execOf } from './grammar-exec.ts';
import { wholeFormula } from './inherit.ts';
import { type Kitchen, makes } from './kitchen.ts';
import { unroll } from './loops.ts';
import { prepared } from './prepare.ts';
import { titleOf } from './step.ts';
import { entriesOf, flat, mapTexts, renamed, renameNeeds, sinksOf } from './tree.ts';
import { fillBraces } from './vars.ts';

/** Replaces steps by the templates of expansions: what a step says itself (`expand`), then the rules of `compose.expand` and `compose.map`. */

/** Which expansion, with which variables, and where that is written. */
type Rule = {
  readonly with: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly file: string;
  readonly at: Path;
};

/** Replaces every step that says `expand`, and those of the templates that do, to the end; the chain holds the expansions that have led here. */
export function expandInline(steps: readonly Step[], kitchen: Kitchen, chain: readonly string[] = []): Step[] {
  const ruleOf = ({ expand, expand_vars, origin }: Step) =>
    expand === undefined ? undefined : { with: expand, vars: expand_vars, file: origin.file, at: [...origin.at, 'expand'] };
  return replaceAll(steps, ruleOf, kitchen, chain);
}

/** Replaces the targets of the formula's rules, `expand` before `map`. */
export function expandByRules(steps: readonly Step[], kitchen: Kitchen): Step[] {
  const { compose } = kitchen.formula;
  const before = new Set(flat(steps).map(({ id }) => id));
  let now = [...steps];
  // A template may have a step that is called like the target: that one is not replaced once more.
  const done = new Set<string>();
  for (const { target, with: name, vars, origin } of compose.expand) {
    const ids = flat(now).map(({ id }) => id);
    if (!ids.includes(target) || done.has(target)) {
      const why = before.has(target) ? 'has been replaced by a rule before' : 'is no step';
      kitchen.report.fault(origin.file, [...origin.at, 'target'], `\`${target}\` ${why}`, meant(target, ids));
      continue;
    }
    const rule = { with: name, vars, file: origin.file, at: [...origin.at, 'with'] };
    now = replaceAll(now, ({ id }) => (id === target ? rule : undefined), kitchen);
    done.add(target);
  }
  for (const { select, with: name, vars, origin } of compose.map) {
    const targets = flat(now).filter(({ id }) => matchesGlob(select, id) && !done.has(id));
    if (targets.length === 0) kitchen.report.warn(origin.file, [...origin.at, 'select'], `\`${select}\` matches no step`);
    const rule = { with: name, vars, file: origin.file, at: [...origin.at, 'with'] };
    const selected = new Set(targets.map(({ id }) => id));
    now = replaceAll(now, ({ id }) => (selected.has(id) ? rule : undefined), kitchen);
    for (const id of selected) done.add(id);
  }
  return now;
}

/** Each step that has a rule gives way to the template of that rule; who needed the step needs all ends of the template. */
function replaceAll(
  steps: readonly Step[],
  ruleOf: (step: Step) => Rule | undefined,
  kitchen: Kitchen,
  chain: readonly string[] = [],
): Step[] {
  const made = new Map<string, readonly Step[]>();
  const make = (list: readonly Step[]): void => {
    for (const step of list) {
      const rule = ruleOf(step);
      if (rule) made.set(step.id, templateFor(step, rule, kitchen, chain));
      else make(step.children);
    }
  };
  make(steps);
  if (made.size === 0) return [...steps];
  const ends = new Map([...made].map(([id, template]) => [id, sinksOf(template).map((step) => step.id)]));
  const put = (list: readonly Step[]): Step[] =>
    list.flatMap((step) => {
      const template = made.get(step.id);
      const now = renamed(step, ends);
      if (!template) return [step.children.length === 0 ? now : { ...now, children: put(step.children) }];
      // The template may have a step of the target's own name: that one is meant inside it.
      const outside = new Map(ends);
      for (const { id } of flat(template)) outside.delete(id);
      return linked(now, renameNeeds(template, outside));
    });
  return put(steps);
}

/** The template in the place of one step, with all that it expands itself. */
function templateFor(target: Step, rule: Rule, kitchen: Kitchen, chain: readonly string[]): Step[] {
  if (chain.includes(rule.with)) {
    const ring = [...chain.slice(chain.indexOf(rule.with)), rule.with].join(' → ');
    kitchen.report.fault(rule.file, rule.at, `expansion \`${rule.with}\` reaches itself: ${ring}`);
    return [];
  }
  const found = wholeFormula(rule.with, kitchen.shelf, rule);
  if (!found) return [];
  const { formula } = found;
  if (formula.type !== 'expansion') {
    kitchen.report.fault(rule.file, rule.at, `\`${rule.with}\` is of type ${formula.type}, and must be an expansion`);
    return [];
  }
  warnOfLoss(target, rule, kitchen);
  const template = filled(target, formula.template, rule, valuesFor(target, formula.vars, rule.vars), kitchen);
  return makes(kitchen, template) ? expandInline(unroll(template, kitchen), kitchen, [...chain, rule.with]) : [];
}

/** Entries get what the target needed and waited for; everything gets the target's condition. */
function linked(target: Step, template: readonly Step[]): Step[] {
  const entries = new Set(entriesOf(template).map(({ id }) => id));
  return template.map((step) => {
    const also = [...(target.condition === undefined ? [] : [target.condition]), ...(target.also ?? []), ...(step.also ?? [])];
    const entry = entries.has(step.id);
    if (!entry && also.length === 0) return step;
    return {
      ...step,
      needs: entry ? [...new Set([...target.needs, ...step.needs])] : step.needs,
      ...(entry && target.waits && !step.waits ? { waits: target.waits } : {}),
      ...(also.length > 0 ? { also } : {}),
    };
  });
}

function filled(
  target: Step,
  template: readonly Step[],
  rule: Rule,
  values: ReadonlyMap<string, string>,
  kitchen: Kitchen,
): Step[] {
  const fill = (text: string) => fillBraces(text, values);
  const via = { how: 'expand', name: rule.with, on: target.id } as const;
  const mark = (step: Step): Step => ({
    ...step,
    origin: { ...step.origin, by: [...target.origin.by, via] },
    children: step.children.map(mark),
    ...(step.loop ? { loop: { ...step.loop, body: step.loop.body.map(mark) } } : {}),
  });
  return prepared(
    template.map((step) => mark(mapTexts(step, fill, fill))),
    kitchen.report,
  );
}

/** The target's fields, then the defaults of the expansion with the rule's values over them. */
function valuesFor(
  target: Step,
  vars: Readonly<Record<string, { readonly default?: string }>>,
  given: Readonly<Record<string, string>>,
): Map<string, string> {
  const fields = new Map([
    ['target', target.id],
    ['target.id', target.id],
    ['target.title', titleOf(target)],
    ['target.description', target.description],
  ]);
  const values = new Map<string, string>();
  for (const [name, { default: value }] of Object.entries(vars)) if (value !== undefined) values.set(name, value);
  for (const [name, value] of Object.entries(given)) values.set(name, fillBraces(value, fields));
  for (const [name, value] of fields) values.set(name, value);
  return values;
}

function warnOfLoss(target: Step, rule: Rule, kitchen: Kitchen): void {
  const lost = [
    ...(target.labels.length > 0 ? ['labels'] : []),
    ...(target.assignee === '' ? [] : ['assignee']),
    ...(target.gate ? ['gate'] : []),
    ...(execOf(target) ? ['what gt runs'] : []),
    ...(target.children.length > 0 ? ['children'] : []),
  ];
  if (lost.length > 0)
    kitchen.report.warn(rule.file, rule.at, `${lost.join(', ')} of \`${target.id}\` are lost: \`${rule.with}\` takes its place`);
}
