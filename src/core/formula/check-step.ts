import { checkExec, checkTimeout, type Tell, tellerAt } from './check-exec.ts';
import { CONDITION_FORMS, parseCondition } from './condition.ts';
import { GATE_TYPES, STEP_TYPES, type Step } from './grammar.ts';
import { parseRange } from './range.ts';
import type { Report } from './report.ts';
import { runConditionFault } from './run-condition.ts';

/** What must hold of one step by itself, its children and the body of its loop. */
export function checkStep(step: Step, report: Report): void {
  const tell = tellerAt(step.origin.at, step.origin.file, report);
  if (!isOneOf(STEP_TYPES, step.type))
    tell.warn(['type'], `\`${step.type}\` is no type of step: it is worked as a task`, `known are ${STEP_TYPES.join(', ')}`);
  if (step.condition !== undefined && parseCondition(step.condition) === undefined)
    tell.fault(['condition'], `condition of step \`${step.id}\` is not understood: ${step.condition}`, CONDITION_FORMS);
  checkGate(step, tell);
  checkLoop(step, tell);
  checkOnComplete(step, tell);
  checkAttempts(step, tell);
  checkExec(step, tell);
  for (const child of [...step.children, ...(step.loop?.body ?? [])]) checkStep(child, report);
}

function isOneOf(words: readonly string[], one: string): boolean {
  return words.includes(one);
}

function checkGate({ gate }: Step, tell: Tell): void {
  if (!gate) return;
  if (!isOneOf(GATE_TYPES, gate.type) && !gate.type.includes('{'))
    tell.warn(
      ['gate', 'type'],
      `\`${gate.type}\` is no type of gate: it waits for a human`,
      `known are ${GATE_TYPES.join(', ')}`,
    );
  checkTimeout(gate.timeout, ['gate', 'timeout'], tell);
  const why = gate.type === 'condition' && gate.condition !== undefined ? runConditionFault(gate.condition) : undefined;
  if (why !== undefined) tell.fault(['gate', 'condition'], why);
  if (gate.type === 'timer' && gate.timeout === undefined)
    tell.warn(['gate'], 'a timer without a `timeout` opens only by hand', 'such as timeout = "1h30m"');
}

function checkLoop(step: Step, tell: Tell): void {
  const { loop } = step;
  if (!loop) return;
  const kinds = (['count', 'range', 'until'] as const).filter((kind) => loop[kind] !== undefined);
  if (kinds.length !== 1)
    tell.fault(
      ['loop'],
      kinds.length === 0 ? 'says not how often' : `has ${kinds.join(' and ')}`,
      'give one of count, range and until',
    );
  if (loop.body.length === 0) tell.fault(['loop'], 'has no body', 'give it `[[steps.loop.body]]` tables');
  if (loop.until !== undefined) {
    if (loop.max === undefined) tell.fault(['loop'], '`until` needs `max`', 'how often the body runs at most');
    const why = runConditionFault(loop.until);
    if (why !== undefined) tell.fault(['loop', 'until'], why);
  } else if (loop.max !== undefined) tell.warn(['loop', 'max'], '`max` has no meaning without `until`');
  if (loop.range !== undefined && !loop.range.includes('{')) {
    const range = parseRange(loop.range);
    if ('why' in range) tell.fault(['loop', 'range'], range.why);
  }
  if (loop.var !== undefined && loop.range === undefined) tell.warn(['loop', 'var'], '`var` has a meaning only with `range`');
  if (step.children.length > 0) tell.warn(['children'], 'a loop has a body: its children are not kept');
  if (step.gate) tell.warn(['gate'], 'a loop has no gate of its own', 'put it on a step that the loop needs');
}

function checkOnComplete({ on_complete: after }: Step, tell: Tell): void {
  if (!after) return;
  const at = ['on_complete'];
  if ((after.for_each === undefined) !== (after.bond === undefined)) tell.fault(at, '`for_each` and `bond` need each other');
  if (after.for_each !== undefined && !/^output\../.test(after.for_each))
    tell.fault([...at, 'for_each'], `\`${after.for_each}\` is no path`, 'write `output.` and the path to a list');
  if (after.parallel && after.sequential) tell.fault(at, '`parallel` and `sequential` exclude each other');
}

function checkAttempts(step: Step, tell: Tell): void {
  const kind = step.retry ? 'retry' : step.ralph ? 'ralph' : undefined;
  if (kind === undefined) return;
  const others: Array<[string, boolean]> = [
    ['ralph', kind === 'retry' && step.ralph !== undefined],
    ['loop', step.loop !== undefined],
    ['on_complete', step.on_complete !== undefined],
    ['gate', step.gate !== undefined],
    ['expand', step.expand !== undefined],
    ['children', kind === 'retry' && step.children.length > 0],
    ['assignee', kind === 'ralph' && step.assignee !== ''],
  ];
  for (const [other, there] of others) if (there) tell.fault([kind], `\`${kind}\` and \`${other}\` exclude each other`);
  checkTimeout(step.ralph?.check.timeout, ['ralph', 'check', 'timeout'], tell);
}
