/** A step, or a gate, as an edge knows it. */
type Node = { readonly id: string; readonly parent: string | null; readonly needs: readonly string[] };

type Edge = { readonly from: string; readonly to: string };

/**
 * Who waits for whom, without what follows from the rest: a container's needs are those of the children that begin in it, and it waits for those that nothing
 * in it comes after.
 */
export function molEdges(steps: readonly Node[]): Edge[] {
  const known = new Map(steps.map((step) => [step.id, step]));
  const containers = new Set(steps.map(({ parent }) => parent));
  const inside = ({ needs, parent }: Node) => needs.filter((need) => parent !== null && known.get(need)?.parent === parent);
  const followed = new Set(steps.flatMap(inside));
  /** Of a step that begins in its container also what that waits for. */
  const effective = (step: Node): readonly string[] => {
    const own = step.needs.filter((need) => known.has(need));
    const above = step.parent === null || inside(step).length > 0 ? undefined : known.get(step.parent);
    return above ? [...new Set([...effective(above), ...own])] : own;
  };
  return steps.flatMap((step) => [
    ...(containers.has(step.id) ? [] : effective(step).map((from) => ({ from, to: step.id }))),
    ...(step.parent !== null && known.has(step.parent) && !followed.has(step.id) ? [{ from: step.id, to: step.parent }] : []),
  ]);
}
