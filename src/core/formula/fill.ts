import { oneLine } from '#core/nudge-text';
import { CONDITION_FORMS, holds, parseCondition } from './condition.ts';
import { type Fault, type Path, place } from './faults.ts';
import { fillCommand } from './fill-command.ts';
import { mapExec } from './grammar-exec.ts';
import type { Proto, ProtoStep, Unsealed } from './proto.ts';
import { parseTimeout } from './timeout.ts';
import { mapStrings } from './tree.ts';
import { fillText, judgeValues, namesIn, valuesOf } from './vars.ts';

/**
 * A protomolecule with its values: what is poured. Steps whose condition does not hold are left out with all that lies in them, and who needed one of
 * them needs what that one needed. `file` is named in faults.
 */
export function fill(
  proto: Proto,
  given: ReadonlyMap<string, string>,
  file: string,
): { warnings: readonly Fault[] } & ({ proto: Proto } | { faults: readonly Fault[] }) {
  const told = (at: Path, says: string, hint?: string): Fault => ({
    file,
    line: 0,
    at: place(at),
    says,
    ...(hint === undefined ? {} : { hint }),
  });
  const values = valuesOf(proto.vars, given);
  const faults: Fault[] = [];
  const kept = without(proto.steps, (step) => {
    const conditions = step.conditions.map((written) => {
      const condition = parseCondition(written);
      if (condition === undefined)
        faults.push(
          told(
            ['steps', step.step, 'condition'],
            `condition of step \`${step.step}\` is not understood: ${written}`,
            CONDITION_FORMS,
          ),
        );
      return condition ?? 'always';
    });
    return !conditions.every((condition) => holds(condition, values));
  });
  const used = namesIn([proto.title, proto.description, ...kept.flatMap(textsOf)]);
  const judged = judgeValues(proto.vars, given, used);
  faults.push(...judged.faults.map(({ at, says, hint }) => told(at, says, hint)));
  const text = (written: string) => fillText(written, values);
  const command = (written: string) => fillCommand(written, values);
  const steps = kept.map((step) => filledStep(step, text, command));
  const judge = (timeout: string | undefined, at: Path) => {
    if (timeout !== undefined && parseTimeout(timeout) === undefined)
      faults.push(told(at, `"${timeout}" is no duration`, 'such as "90s", "1h30m"'));
  };
  for (const { gate, exec, step } of steps) {
    judge(gate?.timeout, ['steps', step, 'gate', 'timeout']);
    judge(exec?.timeout, ['steps', step, 'timeout']);
  }
  const warnings = judged.warnings.map(({ at, says, hint }) => told(at, says, hint));
  if (faults.length > 0) return { faults, warnings };
  return { proto: { ...proto, title: oneLine(text(proto.title)), description: text(proto.description), steps }, warnings };
}

/** Names of the variables that must be given when the proto is poured: required ones, and those of its texts, without a default. */
export function neededVars({ vars, title, description, steps }: Unsealed): string[] {
  const used = namesIn([title, description, ...steps.flatMap(textsOf)]);
  return Object.entries(vars)
    .filter(([name, one]) => one.default === undefined && (one.required || used.includes(name)))
    .map(([name]) => name);
}

/** The steps without those that `out` names, and without their children and gates. Needs and waits are handed on. */
export function without(steps: readonly ProtoStep[], out: (step: ProtoStep) => boolean): ProtoStep[] {
  const gone = new Map<string, ProtoStep>();
  for (const step of steps) if (gone.has(step.parent) || out(step)) gone.set(step.id, step);
  if (gone.size === 0) return [...steps];
  const left = steps.filter(({ id, kind, step, parent }) => !gone.has(id) && !(kind === 'gate' && gone.has(`${parent}.${step}`)));
  const there = new Set(left.map(({ id }) => id));
  const holds = new Set(left.map(({ parent }) => parent));
  return left.map((step) => {
    const needs = step.needs.every((need) => there.has(need)) ? step.needs : handedOn(step, gone, there);
    const { waits, ...rest } = step;
    return {
      ...rest,
      needs,
      // With nothing left in it an epic would wait for ever for its last child.
      type: step.type === 'epic' && !holds.has(step.id) ? 'task' : step.type,
      ...(waits && there.has(waits.spawner) ? { waits } : {}),
    };
  });
}

/** What a step needs when some of that is gone: what those needed, to the end; never its own container. */
function handedOn(step: ProtoStep, gone: ReadonlyMap<string, ProtoStep>, there: ReadonlySet<string>): string[] {
  const needs = new Set<string>();
  const seen = new Set<string>();
  const open = [...step.needs].reverse();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const was = gone.get(id);
    if (was) open.push(...[...was.needs, ...(gone.get(was.parent)?.needs ?? [])].reverse());
    else if (there.has(id) && !`${step.id}.`.startsWith(`${id}.`)) needs.add(id);
  }
  return [...needs];
}

type Fill = (written: string) => string;

function filledStep(step: ProtoStep, text: Fill, command: Fill): ProtoStep {
  const { gate } = step;
  return {
    ...step,
    title: oneLine(text(step.title)),
    description: text(step.description),
    notes: text(step.notes),
    acceptance: text(step.acceptance),
    assignee: text(step.assignee),
    labels: step.labels.map(text),
    metadata: mapStrings(step.metadata, text) as ProtoStep['metadata'],
    ...(gate ? { gate: mapStrings(gate, text) as typeof gate } : {}),
    ...(step.repeat ? { repeat: { ...step.repeat, until: text(step.repeat.until) } } : {}),
    ...(step.on_complete ? { on_complete: mapStrings(step.on_complete, text) as NonNullable<ProtoStep['on_complete']> } : {}),
    ...(step.ralph ? { ralph: mapStrings(step.ralph, text) as NonNullable<ProtoStep['ralph']> } : {}),
    ...(step.exec ? { exec: mapExec(step.exec, command) } : {}),
    conditions: [],
  };
}

function textsOf(step: ProtoStep): string[] {
  const { title, description, notes, acceptance, assignee, metadata, gate, labels, exec } = step;
  return [title, description, notes, acceptance, assignee, ...stringsIn([metadata, gate, labels, exec])];
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
