import { checkExec, tellerAt } from './check-exec.ts';
import { checkStep } from './check-step.ts';
import { checkSteps, withChildren } from './check-steps.ts';
import { meant, type Path } from './faults.ts';
import { type AdviceStep, type Formula, VAR_TYPES, type Var } from './grammar.ts';
import { INPUT_TYPES, type Leg } from './grammar-convoy.ts';
import type { Report } from './report.ts';
import { runConditionFault } from './run-condition.ts';
import { parseTemplate } from './template.ts';
import { asPattern, isName } from './vars.ts';

/**
 * What must hold of one formula, as far as its own file tells. What hangs on other files is judged again when these are known. `typed`: its type is
 * known, so that it can be said what is missing. `parent`: it is read for one that extends it, which may define what it names.
 */
export function checkFormula(formula: Formula, file: string, report: Report, { typed = true, parent = false } = {}): void {
  const open = formula.extends.length > 0 || parent;
  const outer = new Set<string>();
  checkVars(formula, file, report);
  for (const step of [...formula.steps, ...formula.template]) checkStep(step, report);
  checkAdvice(formula, file, report);
  checkSteps(formula.steps, { outer, open, braces: false }, report);
  checkSteps(formula.template, { outer, open, braces: true }, report);
  if (typed && !open) checkWhole(formula, file, report);
  checkCompose(formula, file, report, open);
  checkConvoy(formula, file, report);
  if (!open) checkNamed(formula, file, report);
  checkTemplates(formula, file, report);
  if (formula.phase !== '' && formula.phase !== 'liquid' && formula.phase !== 'vapor')
    report.warn(file, ['phase'], `\`${formula.phase}\` is no phase`, 'known are liquid and vapor');
}

function checkAdvice({ advice }: Formula, file: string, report: Report): void {
  advice.forEach(({ before, after, around }, index) => {
    const all: Array<[AdviceStep | undefined, Path]> = [
      [before, ['before']],
      [after, ['after']],
      ...around.before.map((one, at): [AdviceStep, Path] => [one, ['around', 'before', at]]),
      ...around.after.map((one, at): [AdviceStep, Path] => [one, ['around', 'after', at]]),
    ];
    for (const [one, at] of all) if (one) checkExec(one, tellerAt(['advice', index, ...at], file, report));
  });
}

/** Whether the formula has what its type is about: its own, or what it has inherited. */
export function checkWhole(formula: Formula, file: string, report: Report): void {
  const { type } = formula;
  const lacks = (what: string) => report.fault(file, [], `a formula of type ${type} needs ${what}, and has none`);
  if (type === 'workflow' && formula.steps.length === 0 && formula.extends.length === 0) lacks('steps');
  if (type === 'expansion' && formula.template.length === 0) lacks('a template');
  if (type === 'aspect' && formula.advice.length === 0 && formula.aspects.length === 0) lacks('advice or aspects');
  if (type === 'convoy' && formula.legs.length === 0) lacks('legs');
}

function checkVars({ vars, inputs }: Formula, file: string, report: Report): void {
  for (const [name, { type }] of Object.entries(inputs)) checkType(type, INPUT_TYPES, ['inputs', name], file, report);
  for (const [name, one] of Object.entries(vars)) {
    const at = ['vars', name];
    checkType(one.type, VAR_TYPES, at, file, report);
    if (!isName(name) && name.trim() !== '')
      report.warn(
        file,
        at,
        `{{${name}}} can never be written`,
        'a name is made of letters, digits and _, and is no word of the block language',
      );
    if (one.required && one.default !== undefined)
      report.warn(file, at, 'is required and has a default: the default holds', 'leave one of the two out');
    if (one.pattern !== undefined && asPattern(one.pattern) === undefined)
      report.fault(file, [...at, 'pattern'], `${one.pattern} is no pattern`);
    checkDefault(one, at, file, report);
  }
}

/** Other projects write types that are never checked: such a word is kept, and every value is taken. */
function checkType(type: string, known: readonly string[], at: Path, file: string, report: Report): void {
  if (!known.includes(type))
    report.warn(file, [...at, 'type'], `\`${type}\` is no type: any text is taken`, `known are ${known.join(', ')}`);
}

function checkDefault(one: Var, at: Path, file: string, report: Report): void {
  if (one.default !== undefined && one.default !== '' && one.enum && !one.enum.includes(one.default))
    report.warn(file, [...at, 'default'], `the default "${one.default}" is none of ${one.enum.join(', ')}`);
}

function checkCompose({ compose, steps }: Formula, file: string, report: Report, open: boolean): void {
  compose.gate.forEach(({ condition }, index) => {
    const why = runConditionFault(condition);
    if (why !== undefined) report.fault(file, ['compose', 'gate', index, 'condition'], why);
  });
  const ids = withChildren(steps).map(({ step }) => step.id);
  compose.bond_points.forEach(({ after_step, before_step }, index) => {
    const at = ['compose', 'bond_points', index];
    if (after_step !== undefined && before_step !== undefined)
      report.fault(file, at, 'has both `after_step` and `before_step`', 'leave one of the two out');
    for (const [key, id] of Object.entries({ after_step, before_step }))
      if (id !== undefined && !open && !ids.includes(id))
        report.fault(file, [...at, key], `there is no step \`${id}\``, meant(id, ids));
  });
}

function checkConvoy({ type, steps, legs, aspects }: Formula, file: string, report: Report): void {
  checkLegs(legs, 'legs', file, report);
  checkLegs(aspects, 'aspects', file, report);
  if (type !== 'convoy' || steps.length === 0) return;
  const hint = 'leave `type` out, or write them as legs';
  report.warn(file, ['steps'], 'a convoy is made of its legs: its steps are not kept', hint);
}

/** Legs and inputs that others name are there: in the formula itself, or in what it has inherited. */
export function checkNamed({ legs, aspects, synthesis, presets, inputs }: Formula, file: string, report: Report): void {
  const ids = [...legs, ...aspects].map(({ id }) => id);
  const names = Object.keys(inputs);
  const judge = (what: string, named: readonly string[], known: readonly string[], at: Path) => {
    named.forEach((one, index) => {
      if (!known.includes(one)) report.fault(file, [...at, index], `there is no ${what} \`${one}\``, meant(one, known));
    });
  };
  judge('leg', synthesis?.depends_on ?? [], ids, ['synthesis', 'depends_on']);
  for (const [name, preset] of Object.entries(presets)) judge('leg', preset.legs, ids, ['presets', name, 'legs']);
  for (const [name, input] of Object.entries(inputs))
    judge('input', input.required_unless, names, ['inputs', name, 'required_unless']);
}

/** Templates that would fail at the run are refused now. */
function checkTemplates({ type, prompts, output, synthesis }: Formula, file: string, report: Report): void {
  if (type !== 'convoy') return;
  const texts: Array<[Path, string | undefined]> = [
    [['prompts', 'base'], prompts['base']],
    [['output', 'directory'], output?.directory],
    [['output', 'leg_pattern'], output?.leg_pattern],
    [['synthesis', 'description'], synthesis?.description],
  ];
  for (const [at, text] of texts) {
    const parsed = parseTemplate(text ?? '');
    if ('fault' in parsed) report.fault(file, at, `line ${parsed.fault.line} of the text: ${parsed.fault.says}`);
  }
}

function checkLegs(legs: readonly Leg[], key: string, file: string, report: Report): void {
  legs.forEach(({ id }, index) => {
    const at = [key, index, 'id'];
    if (!/^[A-Za-z0-9._-]+$/.test(id))
      report.fault(file, at, `\`${id}\` is no id`, 'an id is made of letters, digits, `.`, `_` and `-`');
    const first = legs.findIndex((leg) => leg.id === id);
    if (first < index) report.fault(file, at, `id \`${id}\` is there twice`, `the other is ${key}[${first}]`);
  });
}
