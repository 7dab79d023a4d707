/**
 * A picture of a graph of steps for the terminal, drawn as `git log --graph` draws history: a row for each step, in an order in which each comes after what it
 * needs, and lanes that lead from a step down to those that need it. Edges that others imply are left out; steps that stand side by side alike (the blades of a
 * fan) and long runs of a chain in the same state are one row.
 */
export type PictureNode = {
  readonly id: string;
  readonly label: string;
  /** Steps with different ones are never put into one row. */
  readonly state: string;
  readonly needs: readonly string[];
};

/** A row: what the lanes show, and the step (or the steps) that it is about. */
export type PictureRow = { readonly lanes: string; readonly nodes: readonly PictureNode[] };

/** Lanes beyond which a picture helps nobody: then steps are listed. */
const MOST_LANES = 30;
/** Steps alike from which on they are one row. */
const ALIKE = 5;
/** Edges are reduced where that costs little. */
const REDUCED = 600;

/** The rows of the picture, from top to bottom. `whole`: nothing is put together. */
export function picture(nodes: readonly PictureNode[], whole = false): PictureRow[] {
  const groups = whole ? nodes.map((node) => [node]) : chains(fans(nodes));
  const order = inOrder(linked(groups));
  const rows: PictureRow[] = [];
  const lanes: Array<string | undefined> = [];
  for (const { id, nodes: members, outs } of order) {
    const mine = lanes.flatMap((target, at) => (target === id ? [at] : []));
    const col = mine[0] ?? freeLane(lanes, 0);
    if (mine.length > 1) {
      rows.push({ lanes: join(lanes, col, mine.slice(1), '╯', '┴'), nodes: [] });
      for (const at of mine.slice(1)) lanes[at] = undefined;
    }
    lanes[col] = id;
    rows.push({
      lanes: lanes
        .map((target, at) => (at === col ? '●' : target ? '│' : ' '))
        .join(' ')
        .trimEnd(),
      nodes: members,
    });
    lanes[col] = outs[0];
    const more: number[] = [];
    for (const out of outs.slice(1)) {
      const at = freeLane(lanes, col + 1);
      lanes[at] = out;
      more.push(at);
    }
    if (more.length > 0) rows.push({ lanes: join(lanes, col, more, '╮', '┬'), nodes: [] });
    while (lanes.length > 0 && lanes.at(-1) === undefined) lanes.pop();
    if (lanes.length > MOST_LANES) return order.map((group) => ({ lanes: '●', nodes: group.nodes }));
  }
  return rows;
}

/** The first lane that nobody uses, from `from` on. */
function freeLane(lanes: Array<string | undefined>, from: number): number {
  for (let at = from; at < lanes.length; at++) if (lanes[at] === undefined) return at;
  lanes.push(undefined);
  return lanes.length - 1;
}

/** A row in which lanes part from `col`, or come together in it. */
function join(
  lanes: ReadonlyArray<string | undefined>,
  col: number,
  others: readonly number[],
  last: string,
  between: string,
): string {
  const end = Math.max(...others);
  const start = Math.min(...others, col);
  let text = '';
  for (let at = 0; at < lanes.length || at <= end; at++) {
    const inside = at > start && at < end;
    const lane = lanes[at] !== undefined;
    const mark =
      at === col ? '├' : at === end ? last : others.includes(at) ? between : inside ? (lane ? '┼' : '─') : lane ? '│' : ' ';
    text += `${mark}${at >= start && at < end ? '─' : ' '}`;
  }
  return text.trimEnd();
}

type Group = { readonly id: string; readonly nodes: readonly PictureNode[]; readonly needs: readonly string[]; outs: string[] };

/** Groups as nodes of their own, with the edges among them. */
function linked(groups: ReadonlyArray<readonly PictureNode[]>): Group[] {
  const of = new Map(groups.flatMap((group) => group.map(({ id }) => [id, group[0]?.id ?? id] as const)));
  const made = groups.map((nodes): Group => {
    const id = nodes[0]?.id ?? '';
    const needs = nodes
      .flatMap((node) => node.needs.map((need) => of.get(need)))
      .filter((need) => need !== undefined && need !== id);
    return { id, nodes, needs: [...new Set(needs)] as string[], outs: [] };
  });
  const known = new Map(made.map((group) => [group.id, group]));
  const lean = made.length <= REDUCED ? reduced(made, known) : made;
  for (const group of lean) for (const need of group.needs) known.get(need)?.outs.push(group.id);
  return lean.map((group) => Object.assign(group, { outs: known.get(group.id)?.outs ?? [] }));
}

/** Without the needs that another need implies. */
function reduced(groups: readonly Group[], known: ReadonlyMap<string, Group>): Group[] {
  const above = new Map<string, Set<string>>();
  const ancestors = (id: string): Set<string> => {
    const cached = above.get(id);
    if (cached) return cached;
    const all = new Set<string>();
    above.set(id, all);
    for (const need of known.get(id)?.needs ?? []) {
      all.add(need);
      for (const one of ancestors(need)) all.add(one);
    }
    return all;
  };
  return groups.map((group) =>
    Object.assign(group, {
      needs: group.needs.filter((need) => !group.needs.some((other) => other !== need && ancestors(other).has(need))),
    }),
  );
}

/** Each after all that it needs; otherwise as given. */
function inOrder(groups: readonly Group[]): Group[] {
  const left = new Map(groups.map(({ id, needs }) => [id, needs.length]));
  const known = new Map(groups.map((group) => [group.id, group]));
  const place = new Map(groups.map(({ id }, at) => [id, at]));
  const ready = groups.filter(({ needs }) => needs.length === 0);
  const order: Group[] = [];
  while (ready.length > 0) {
    // What follows the last row comes first: lanes stay short.
    const last = order.at(-1);
    const at = last ? ready.findIndex(({ needs }) => needs.includes(last.id)) : -1;
    const [next] = ready.splice(Math.max(0, at), 1);
    if (!next) break;
    order.push(next);
    const freed = next.outs.filter((out) => left.set(out, (left.get(out) ?? 0) - 1).get(out) === 0);
    ready.push(...freed.map((out) => known.get(out)).filter((one) => one !== undefined));
    ready.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  }
  return order;
}

/** Steps with the same needs, the same successors and the same state, together. */
function fans(nodes: readonly PictureNode[]): PictureNode[][] {
  const outs = successors(nodes);
  const alike = new Map<string, PictureNode[]>();
  for (const node of nodes) {
    const key = JSON.stringify([node.state, [...node.needs].sort(), [...(outs.get(node.id) ?? [])].sort()]);
    const known = alike.get(key);
    if (known) known.push(node);
    else alike.set(key, [node]);
  }
  return [...alike.values()].flatMap((group) => (group.length >= ALIKE ? [group] : group.map((node) => [node])));
}

/** Runs of a chain in one state, together; their ends stay, so that one sees where they begin. */
function chains(groups: PictureNode[][]): PictureNode[][] {
  const singles = new Map(
    groups.filter((group) => group.length === 1).map((group) => [group[0]?.id ?? '', group[0] as PictureNode]),
  );
  const outs = successors(groups.flat());
  const next = (node: PictureNode): PictureNode | undefined => {
    const [only, ...others] = outs.get(node.id) ?? [];
    const follower = only === undefined || others.length > 0 ? undefined : singles.get(only);
    return follower?.needs.length === 1 && follower.state === node.state ? follower : undefined;
  };
  const followed = new Set([...singles.values()].map((node) => next(node)?.id));
  const taken = new Set<string>();
  const runs = new Map<string, PictureNode[]>();
  for (const node of singles.values()) {
    if (followed.has(node.id)) continue;
    const run = [node];
    for (let one = next(node); one; one = next(one)) run.push(one);
    if (run.length < ALIKE + 2) continue;
    const inner = run.slice(1, -1);
    for (const one of inner) taken.add(one.id);
    runs.set(inner[0]?.id ?? '', inner);
  }
  return groups.flatMap((group) => {
    const [node] = group;
    const run = node && group.length === 1 ? runs.get(node.id) : undefined;
    if (run) return [run];
    return node && group.length === 1 && taken.has(node.id) ? [] : [group];
  });
}

function successors(nodes: readonly PictureNode[]): Map<string, string[]> {
  const outs = new Map<string, string[]>();
  for (const { id, needs } of nodes) for (const need of needs) outs.set(need, [...(outs.get(need) ?? []), id]);
  return outs;
}
