import { meant, type Path, place } from './faults.ts';
import type { Step } from './grammar.ts';
import { cycles } from './graph.ts';
import type { Report } from './report.ts';
import { needsOf } from './step.ts';
import { WAITS_FORMS, waitsOf } from './waits.ts';

/** What must hold among steps: ids good and written once, needs known, no step waiting for itself. */

export type Rules = {
  /** Ids of steps around (those outside a loop), which may be needed too. */
  readonly outer: ReadonlySet<string>;
  /** Parts of ids are filled in later: braces may stand in them, and needs with braces are judged after that. */
  readonly braces: boolean;
  /** Ids may come from elsewhere (parents that have not been read): needs are judged later. */
  readonly open: boolean;
};

/** Deeper than this nobody can follow. */
const MAX_DEPTH = 32;
const ID = /^[A-Za-z0-9._-]+$/;
const ID_WITH_BRACES = /^([A-Za-z0-9._-]|\{[A-Za-z_][\w.-]*\})+$/;

/** All steps of the list with their children, the container of each, and its depth from 1. */
export function withChildren(steps: readonly Step[]): Array<{ step: Step; parent?: string; depth: number }> {
  const all: Array<{ step: Step; parent?: string; depth: number }> = [];
  const walk = (list: readonly Step[], depth: number, parent?: string): void => {
    for (const step of list) {
      all.push({ step, depth, ...(parent === undefined ? {} : { parent }) });
      if (depth <= MAX_DEPTH) walk(step.children, depth + 1, step.id);
    }
  };
  walk(steps, 1);
  return all;
}

/** Judges the steps of one name space, and the bodies of its loops as name spaces inside it. */
export function checkSteps(steps: readonly Step[], rules: Rules, report: Report): void {
  const all = withChildren(steps);
  const places = new Map<string, Step>();
  for (const { step, depth } of all) {
    const { id, origin } = step;
    const said = { file: origin.file, at: [...origin.at, 'id'] };
    if (depth > MAX_DEPTH) report.fault(origin.file, origin.at, `children lie more than ${MAX_DEPTH} levels deep`);
    if (!(rules.braces ? ID_WITH_BRACES : ID).test(id))
      report.fault(said.file, said.at, `\`${id}\` is no id`, 'an id is made of letters, digits, `.`, `_` and `-`');
    const first = places.get(id);
    if (first) report.fault(said.file, said.at, `id \`${id}\` is there twice`, `the other is ${whereIs(first, origin.file)}`);
    else places.set(id, step);
  }
  const known = new Set([...rules.outer, ...places.keys()]);
  for (const { step } of all) {
    checkNeeds(step, known, rules, report);
    if (step.loop) checkSteps(step.loop.body, { ...rules, outer: known, braces: true }, report);
  }
  checkCycles(all, report);
}

function whereIs({ origin }: Step, file: string): string {
  return origin.file === file ? place(origin.at) : `${place(origin.at)} of ${origin.file}`;
}

function checkNeeds(step: Step, known: ReadonlySet<string>, rules: Rules, report: Report): void {
  const { origin } = step;
  const unknown = (id: string) => !rules.open && !known.has(id) && !(rules.braces && id.includes('{'));
  for (const key of ['needs', 'depends_on'] as const)
    step[key].forEach((need, index) => {
      if (unknown(need))
        report.fault(origin.file, [...origin.at, key, index], `there is no step \`${need}\``, meant(need, [...known]));
    });
  if (step.waits_for === undefined) return;
  const waits = waitsOf(step);
  const at: Path = [...origin.at, 'waits_for'];
  if (waits === undefined) report.fault(origin.file, at, `\`${step.waits_for}\` is not understood`, WAITS_FORMS);
  else if (waits === 'no-spawner')
    report.fault(
      origin.file,
      at,
      'nobody is needed whose children could be meant',
      'add the step to `needs`, or write `children-of(ID)`',
    );
  else if (unknown(waits.spawner))
    report.fault(origin.file, at, `there is no step \`${waits.spawner}\``, meant(waits.spawner, [...known]));
}

/** Says of every ring of needs how it goes round. */
function checkCycles(all: ReadonlyArray<{ step: Step; parent?: string }>, report: Report): void {
  const steps = new Map(all.map(({ step }) => [step.id, step]));
  const nodes = all.map(({ step, parent }) => {
    const waits = waitsOf(step);
    const spawner = typeof waits === 'object' ? [waits.spawner] : [];
    return { id: step.id, parent, needs: [...needsOf(step), ...spawner] };
  });
  for (const path of cycles(nodes)) {
    const step = steps.get(path[0] ?? '');
    if (step)
      report.fault(step.origin.file, [...step.origin.at, 'needs'], `\`${step.id}\` waits for itself: ${path.join(' → ')}`);
  }
}
