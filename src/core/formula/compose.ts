import { meant, type Path } from './faults.ts';
import type { Step } from './grammar.ts';
import type { Kitchen } from './kitchen.ts';
import { flat, mapTree } from './tree.ts';

/** The rules of `compose` that put edges and gates between steps. */

/** `compose.branch`: the steps need `from`, `join` needs the steps. */
export function branch(steps: readonly Step[], kitchen: Kitchen): Step[] {
  const ids = flat(steps).map(({ id }) => id);
  const more = new Map<string, string[]>();
  const add = (step: string, need: string) => more.set(step, [...(more.get(step) ?? []), need]);
  for (const { from, steps: between, join, origin } of kitchen.formula.compose.branch) {
    if (between.length === 0) kitchen.report.fault(origin.file, [...origin.at, 'steps'], 'names no steps');
    const named: Array<[string, Path]> = [
      [from, ['from']],
      [join, ['join']],
      ...between.map((id, index): [string, Path] => [id, ['steps', index]]),
    ];
    for (const [id, at] of named) if (!ids.includes(id)) unknown(id, [...origin.at, ...at], origin.file, ids, kitchen);
    for (const id of between) {
      add(id, from);
      add(join, id);
    }
  }
  return mapTree(steps, (step) => [{ ...step, needs: [...new Set([...step.needs, ...(more.get(step.id) ?? [])])] }]);
}

/** `compose.gate`: the step waits until a condition holds. */
export function gateByRules(steps: readonly Step[], kitchen: Kitchen): Step[] {
  const ids = flat(steps).map(({ id }) => id);
  const gates = new Map<string, string>();
  const gated = new Set(flat(steps).flatMap(({ id, gate }) => (gate ? [id] : [])));
  for (const { before, condition, origin } of kitchen.formula.compose.gate) {
    if (!ids.includes(before)) unknown(before, [...origin.at, 'before'], origin.file, ids, kitchen);
    if (gated.has(before))
      kitchen.report.fault(
        origin.file,
        [...origin.at, 'before'],
        `\`${before}\` has a gate already`,
        'put a step with the other gate before it',
      );
    gated.add(before);
    gates.set(before, condition);
  }
  return mapTree(steps, (step) => {
    const condition = gates.get(step.id);
    if (condition === undefined) return [step];
    const labels = [...step.labels, `gate:${JSON.stringify({ condition })}`];
    return [{ ...step, labels, gate: { type: 'condition', id: '', condition } }];
  });
}

function unknown(id: string, at: Path, file: string, ids: readonly string[], kitchen: Kitchen): void {
  kitchen.report.fault(file, at, `there is no step \`${id}\``, meant(id, ids));
}
