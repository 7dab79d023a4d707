/** Order among steps: who waits for whom, children and containers included. Nothing here recurses, so that a chain may be as long as it likes. */

/** A step as the order sees it. A container ends when its last child has ended; a child starts no sooner than its container. */
export type Node = { readonly id: string; readonly parent?: string | undefined; readonly needs: readonly string[] };

/** Paths on which steps wait for themselves, each written from a step back to that step; empty when none does. Needs that no node has are passed over. */
export function cycles(nodes: readonly Node[]): string[][] {
  const waits = waitsOf(nodes);
  const state = new Map<string, 'open' | 'done'>();
  const found: string[][] = [];
  for (const root of waits.keys()) {
    if (state.has(root)) continue;
    const path: Array<{ node: string; next: number }> = [{ node: root, next: 0 }];
    state.set(root, 'open');
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = waits.get(top.node)?.[top.next++];
      if (next === undefined) {
        state.set(top.node, 'done');
        path.pop();
      } else if (state.get(next) === 'open') {
        const from = path.findIndex(({ node }) => node === next);
        found.push(asIds([...path.slice(from).map(({ node }) => node), next]));
      } else if (!state.has(next)) {
        state.set(next, 'open');
        path.push({ node: next, next: 0 });
      }
    }
  }
  return found;
}

/** The ids so that each comes after all that it needs and after its container; otherwise in the order given. Ids on a cycle are left out. */
export function inOrder(nodes: readonly Node[]): string[] {
  const waits = waitsOf(nodes);
  const left = new Map([...waits].map(([node, on]) => [node, on.length]));
  const freed = new Map<string, string[]>();
  for (const [node, on] of waits) for (const one of on) freed.set(one, [...(freed.get(one) ?? []), node]);
  const ready = [...left].filter(([, count]) => count === 0).map(([node]) => node);
  const order: string[] = [];
  for (let at = 0; at < ready.length; at++) {
    const node = ready[at] ?? '';
    if (node.startsWith(START)) order.push(node.slice(START.length));
    for (const next of freed.get(node) ?? []) {
      const count = (left.get(next) ?? 0) - 1;
      left.set(next, count);
      if (count === 0) ready.push(next);
    }
  }
  return order;
}

/** Every step is two nodes, its start and its end: a start waits for the ends of what is needed, an end for the ends of the children. */
const START = '>';
const END = '.';

function waitsOf(nodes: readonly Node[]): Map<string, string[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const waits = new Map<string, string[]>();
  for (const { id } of nodes) {
    waits.set(START + id, []);
    waits.set(END + id, [START + id]);
  }
  for (const { id, parent, needs } of nodes) {
    const start = waits.get(START + id);
    const around = new Set<string>();
    for (let at = parent; at !== undefined && !around.has(at); at = byId.get(at)?.parent) around.add(at);
    // A child that needs its container only waits for the container's start, as it does anyway.
    for (const need of needs) if (byId.has(need) && !around.has(need)) start?.push(END + need);
    if (parent === undefined || !byId.has(parent)) continue;
    start?.push(START + parent);
    waits.get(END + parent)?.push(END + id);
  }
  return waits;
}

function asIds(path: readonly string[]): string[] {
  const ids = path.map((node) => node.slice(1)).filter((id, index, all) => index === 0 || id !== all[index - 1]);
  return ids[0] === ids.at(-1) && ids.length > 1 ? ids : [...ids, ids[0] ?? ''];
}
