import type { Proto, ProtoStep } from '#core/formula/proto';

/** A step of a plan that ends by itself as soon as its needs are met, unless `more` says another. */
export function planStep(id: string, needs: readonly string[] = [], more: Partial<ProtoStep> = {}): ProtoStep {
  return {
    id: `f.${id}`,
    step: id,
    parent: 'f',
    kind: 'step',
    title: id,
    description: '',
    notes: '',
    acceptance: '',
    type: 'task',
    priority: 2,
    labels: [],
    metadata: {},
    assignee: '',
    needs: needs.map((need) => `f.${need}`),
    conditions: [],
    parallel: false,
    interactive: false,
    exec: { executor: 'mark' },
    origin: { formula: 'f', file: 'f.toml', line: 1, at: '', by: [] },
    ...more,
  };
}

/** A filled protomolecule `f` of such steps. */
export function planOf(steps: readonly ProtoStep[], more: Partial<Proto> = {}): Proto {
  return {
    formula: 'f',
    type: 'workflow',
    version: 1,
    root: 'f',
    title: 'f',
    description: '',
    labels: [],
    phase: '',
    pour: false,
    agent: '',
    vars: {},
    steps,
    hash: 'hash',
    ...more,
  };
}
