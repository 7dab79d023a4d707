import type { RunCondition, RunFacts } from '#core/formula/run-condition';
import type { Step } from '#core/records';

/** A step as run-time conditions see it. Skipped is complete: what needs it has gone on. */
export function asRunning(step: Step): { id: string; status: string; output: unknown } {
  const { outcome } = step.closed ?? {};
  const status =
    step.status === 'closed'
      ? outcome === 'done' || outcome === 'skipped'
        ? 'complete'
        : 'failed'
      : step.status === 'open'
        ? 'pending'
        : step.status;
  return { id: step.id, status, output: step.output };
}

/** What conditions may ask of these steps of a molecule. Steps are named by their ids in the formula, or by their whole ids. */
export function stepFacts(mol: string, steps: readonly Step[]): Pick<RunFacts, 'step' | 'children' | 'descendants' | 'steps'> {
  const byName = new Map<string, Step>();
  for (const step of steps) for (const name of [step.key, step.id.slice(mol.length + 1), step.id]) byName.set(name, step);
  const idOf = (ref: string) => byName.get(ref)?.id ?? ref;
  return {
    step: (ref) => {
      const step = byName.get(ref);
      return step && asRunning(step);
    },
    children: (ref) => steps.filter(({ parent }) => parent === idOf(ref)).map(asRunning),
    descendants: (ref) => steps.filter(({ id }) => id.startsWith(`${idOf(ref)}.`)).map(asRunning),
    steps: steps.map(asRunning),
  };
}

/** What a condition must be told. */
export type Asks = {
  /** The steps that it names; with `all` every step. */
  readonly named: readonly string[];
  readonly all: boolean;
  /** It asks for files or variables. */
  readonly outside: boolean;
  /** What it asks for may change without a step's close or failure: nobody tells. */
  readonly untold: boolean;
};

/** Standings that a step takes on without an event for those who watch. */
const UNTOLD: readonly string[] = ['pending', 'in_progress'];

export function asksFor(condition: RunCondition): Asks {
  const told = { named: [], all: false, outside: false, untold: false };
  switch (condition.of) {
    case 'file':
    case 'env':
      return { ...told, outside: true, untold: true };
    case 'step': {
      const untold = condition.field[0] === 'status' && UNTOLD.includes(condition.value);
      return { ...told, named: condition.ref === 'step' ? [] : [condition.ref], untold };
    }
    case 'tally':
      return { ...told, all: true, untold: UNTOLD.includes(condition.status) };
    case 'each':
      return { ...asksFor(condition.inner), all: true };
  }
}
