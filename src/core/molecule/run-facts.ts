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

/** What a condition must be told: the steps that it names, or all of them; and whether it asks for what tells no event. */
export function asksFor(condition: RunCondition): { readonly named: readonly string[]; readonly all: boolean; readonly outside: boolean } {
  switch (condition.of) {
    case 'file':
    case 'env':
      return { named: [], all: false, outside: true };
    case 'step':
      return { named: condition.ref === 'step' ? [] : [condition.ref], all: false, outside: false };
    case 'tally':
      return { named: [], all: true, outside: false };
    case 'each':
      return { ...asksFor(condition.inner), all: true };
  }
}
