import type { Gate } from '#core/formula/grammar';
import type { Proto, ProtoStep } from '#core/formula/proto';
import type { Molecule } from '#core/records';

/** A value that becomes a variable again: wherever it stands as a word of its own in a text, the reference stands. */
export type Distilled = { readonly name: string; readonly value: string };

/** A formula as JSON, which cooks to the same steps, needs and gates as the molecule's plan. Steps that a loop or a rule had made are written out. */
export function distill(mol: Molecule, plan: Proto, name: string, vars: readonly Distilled[]): Record<string, unknown> {
  const put = replacing(vars);
  const ids = idsOf(plan);
  const gates = new Map(plan.steps.filter(({ kind }) => kind === 'gate').map((gate) => [`${gate.parent}.${gate.step}`, gate]));
  const inside = new Map<string, ProtoStep[]>();
  for (const step of plan.steps) if (step.kind !== 'gate') inside.set(step.parent, [...(inside.get(step.parent) ?? []), step]);
  const written = (parent: string): unknown[] =>
    (inside.get(parent) ?? []).map((step) => stepOf(step, { ids, put, gate: gates.get(step.id), children: written(step.id) }));
  return {
    formula: name,
    type: 'workflow',
    version: 1,
    description: put(plan.description) || `Distilled from ${mol.id}, ${put(mol.title)}`,
    ...(mol.phase === 'vapor' ? { phase: 'vapor' } : {}),
    ...(vars.length === 0
      ? {}
      : {
          vars: Object.fromEntries(
            vars.map(({ name: word, value }) => [word, { description: `In place of "${value}"`, required: true }]),
          ),
        }),
    steps: written(plan.root),
  };
}

/** Ids of the steps as the formula writes them: as they were, made whole where two of them are the same. */
function idsOf({ root, steps }: Proto): ReadonlyMap<string, string> {
  const count = new Map<string, number>();
  for (const { kind, step } of steps) if (kind !== 'gate') count.set(step, (count.get(step) ?? 0) + 1);
  return new Map(
    steps
      .filter(({ kind }) => kind !== 'gate')
      .map(({ id, step }) => [id, count.get(step) === 1 ? step : id.slice(root.length + 1)]),
  );
}

type At = {
  readonly ids: ReadonlyMap<string, string>;
  readonly put: (text: string) => string;
  readonly gate: ProtoStep | undefined;
  readonly children: readonly unknown[];
};

function stepOf(step: ProtoStep, { ids, put, gate, children }: At): Record<string, unknown> {
  const spawner = step.waits?.spawner;
  const needs = step.needs.filter((need) => need !== gate?.id);
  // Whose children are waited for is the first that is needed.
  const inOrder = spawner === undefined ? needs : [spawner, ...needs.filter((need) => need !== spawner)];
  // The cook writes this one.
  const labels = step.labels.filter((label) => !step.waits || !label.startsWith('gate:'));
  const texts = {
    title: step.title,
    description: step.description,
    notes: step.notes,
    acceptance: step.acceptance,
    assignee: step.assignee,
  };
  return {
    id: ids.get(step.id),
    ...Object.fromEntries(Object.entries(texts).flatMap(([key, text]) => (text === '' ? [] : [[key, put(text)]]))),
    ...(step.type === 'task' || step.type === 'epic' || step.type === 'gate' ? {} : { type: step.type }),
    ...(step.priority === 2 ? {} : { priority: step.priority }),
    ...(labels.length === 0 ? {} : { labels: labels.map(put) }),
    ...(Object.keys(step.metadata).length === 0 ? {} : { metadata: step.metadata }),
    ...(inOrder.length === 0 ? {} : { needs: inOrder.map((need) => ids.get(need) ?? need) }),
    ...(step.waits
      ? { waits_for: step.waits.kind === 'children-of' ? `children-of(${ids.get(step.waits.spawner)})` : step.waits.kind }
      : {}),
    ...(gate?.gate ? { gate: gateOf(gate.gate) } : {}),
    ...(step.on_complete ? { on_complete: bare(step.on_complete) } : {}),
    ...(step.retry ? { retry: bare(step.retry) } : {}),
    ...(step.ralph ? { ralph: bare(step.ralph) } : {}),
    // The end of a loop's round: the rounds that there were are written out.
    ...(step.kind === 'round' ? { executor: 'mark' } : step.exec),
    ...(children.length === 0 ? {} : { children }),
  };
}

const gateOf = ({ type, id, await_id: awaitId, timeout, condition }: Gate) => ({
  type,
  ...(awaitId ? { await_id: awaitId } : id ? { id } : {}),
  ...(timeout === undefined ? {} : { timeout }),
  ...(condition === undefined ? {} : { condition }),
});

const bare = ({ extra: _, ...rest }: Record<string, unknown>): Record<string, unknown> => rest;

function replacing(vars: readonly Distilled[]): (text: string) => string {
  // The longest first: one value may be part of another.
  const known = [...vars].filter(({ value }) => value !== '').sort((x, y) => y.value.length - x.value.length);
  if (known.length === 0) return (text) => text;
  const any = new RegExp(known.map(({ value }) => `(?<![\\p{L}\\p{N}_])${escaped(value)}(?![\\p{L}\\p{N}_])`).join('|'), 'gu');
  return (text) => text.replace(any, (value) => `{{${known.find((one) => one.value === value)?.name}}}`);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** `a=b` of the command line: the side that the texts hold is the value, the other one the name; both or none, the first is the name. */
export function distilledOf(written: string, plan: Proto): Distilled | undefined {
  const at = written.indexOf('=');
  if (at < 1 || at === written.length - 1) return undefined;
  const [left, right] = [written.slice(0, at), written.slice(at + 1)];
  const texts = [
    plan.title,
    plan.description,
    ...plan.steps.flatMap(({ title, description, notes, acceptance }) => [title, description, notes, acceptance]),
  ];
  const occurs = (word: string) => texts.some((text) => replacing([{ name: 'x', value: word }])(text) !== text);
  const isName = (word: string) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(word);
  const turned = !occurs(right) && occurs(left) && isName(right);
  const [name, value] = turned ? [right, left] : [left, right];
  return isName(name) ? { name, value } : undefined;
}
