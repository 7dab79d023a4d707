import type { Proto, ProtoStep } from '#core/formula/proto';
import type { BondType } from './bond.ts';

/**
 * Two protomolecules as one: each is an epic of it, with all its steps in it. Sequential: the second epic needs the first, and so does all that lies in it.
 * Conditional: it runs only if something in the first has failed. Its hash is made by whoever stores it.
 */
export function bondProtos(a: Proto, b: Proto, type: BondType, title?: string): Omit<Proto, 'hash'> {
  const root = `${a.root}+${b.root}`.replaceAll('+', '-and-').slice(0, 100);
  const first = inEpic(a, root, a.root, {});
  const name = b.root === a.root ? `${b.root}-2` : b.root;
  const epic = `${root}.${a.root}`;
  const needs = type === 'parallel' ? {} : { needs: [epic] };
  const second = inEpic(b, root, name, needs);
  const bound = type === 'conditional' ? second.map((step) => (step.kind === 'gate' ? step : { ...step, onlyIf: epic })) : second;
  return {
    formula: root,
    type: 'workflow',
    version: 1,
    root,
    title: title ?? `${a.title} + ${b.title}`,
    description: [a.description, b.description].filter((text) => text !== '').join('\n\n'),
    labels: [...new Set([...a.labels, ...b.labels])],
    phase: a.phase === b.phase ? a.phase : '',
    pour: a.pour || b.pour,
    agent: a.agent || b.agent,
    // Declared by both: the first one's.
    vars: { ...b.vars, ...a.vars },
    steps: [...first, ...bound],
  };
}

/** The steps of a protomolecule in an epic of another one. */
function inEpic(proto: Proto, root: string, name: string, more: { needs?: readonly string[] }): ProtoStep[] {
  const top = `${root}.${name}`;
  const id = (one: string) => `${top}${one.slice(proto.root.length)}`;
  const steps = proto.steps.map(
    (step): ProtoStep => ({
      ...step,
      id: id(step.id),
      parent: id(step.parent),
      needs: step.needs.map(id),
      ...(step.onlyIf === undefined ? {} : { onlyIf: id(step.onlyIf) }),
      ...(step.waits ? { waits: { ...step.waits, spawner: id(step.waits.spawner) } } : {}),
    }),
  );
  const epic: ProtoStep = {
    id: top,
    step: name,
    parent: root,
    kind: 'step',
    title: proto.title,
    description: proto.description,
    notes: '',
    acceptance: '',
    type: steps.length > 0 ? 'epic' : 'task',
    priority: Math.min(2, ...proto.steps.map(({ priority }) => priority)),
    labels: [...proto.labels],
    metadata: {},
    assignee: '',
    needs: more.needs ?? [],
    conditions: [],
    parallel: false,
    interactive: false,
    // With nothing in it it ends by itself.
    ...(steps.length > 0 ? {} : { exec: { executor: 'mark' as const } }),
    origin: { formula: proto.formula, file: '', line: 0, at: '', by: [] },
  };
  return [epic, ...steps];
}
