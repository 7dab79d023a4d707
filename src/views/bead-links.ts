import { childrenIndex } from '#core/standing-work';
import type { Desk } from '#world/desk';
import { type Bead, beads, type Issue, issueOf } from './beads.ts';

/** Edges among records, as beads has them: an issue depends on another one. */
type Edge = {
  readonly issue_id: string;
  readonly depends_on_id: string;
  readonly type: 'blocks' | 'conditional-blocks' | 'parent-child';
  readonly created_at: string;
};
type Linked = Issue & { readonly dependency_type: Edge['type'] };

/** An issue in a list. */
export type Row = Issue & {
  readonly dependencies: readonly Edge[];
  readonly dependency_count: number;
  readonly dependent_count: number;
  readonly comment_count: number;
  readonly parent?: string;
};

/** An issue with all that hangs on it. */
export type Full = Issue & {
  readonly dependencies: readonly Linked[];
  readonly dependents: readonly Linked[];
  readonly comments: readonly [];
  readonly parent?: string;
  readonly epic_total_children?: number;
  readonly epic_closed_children?: number;
};

type Reads = Pick<Desk, 'books' | 'plans'>;

/** The id of what a record lies in: a step in its container, a molecule under its item or step. */
export function parentOf({ noun, doc }: Bead): string | undefined {
  if (noun === 'step') return doc.parent ?? doc.mol;
  if (noun === 'molecule') return doc.step ?? doc.under ?? doc.work;
  if (noun === 'gate') return doc.mol;
  return doc.leg?.step ?? doc.parent;
}

const needsOf = ({ noun, doc }: Bead): readonly string[] =>
  noun === 'work' ? doc.deps : noun === 'molecule' ? (doc.after ?? []) : doc.needs;

/** How one holds another back: always, or only when that one does not fail. */
const holdOf = ({ noun, doc }: Bead, on: string): Edge['type'] =>
  noun === 'molecule' && doc.onlyIf === on ? 'conditional-blocks' : 'blocks';

/** What a record depends on. */
export function edgesOf(bead: Bead): Edge[] {
  const { id } = bead.doc;
  const { created_at } = issueOf(bead);
  const parent = parentOf(bead);
  const edge = (to: string, type: Edge['type']): Edge => ({ issue_id: id, depends_on_id: to, type, created_at });
  return [...needsOf(bead).map((need) => edge(need, holdOf(bead, need))), ...(parent ? [edge(parent, 'parent-child')] : [])];
}

/** Records as rows of a list. */
export async function rows({ books }: Reads, list: readonly Bead[]): Promise<Row[]> {
  const waiting = list.length > 0 ? await books.successors(...list.map(({ doc }) => doc.id)) : [];
  return list.map((bead, i) => {
    const dependencies = edgesOf(bead);
    const parent = parentOf(bead);
    const counts = { dependency_count: dependencies.length, dependent_count: waiting[i]?.length ?? 0, comment_count: 0 };
    return { ...issueOf(bead), dependencies, ...counts, ...(parent ? { parent } : {}) };
  });
}

/** One record with what it depends on and what depends on it. */
export async function full(desk: Reads, bead: Bead): Promise<Full> {
  const { id } = bead.doc;
  const edges = edgesOf(bead);
  const [waiting = []] = await desk.books.successors(id);
  const children = await childrenOf(desk, bead);
  const others = await beads(desk, [...edges.map(({ depends_on_id }) => depends_on_id), ...waiting, ...children]);
  const linked = (to: string, type: Edge['type']): Linked[] => {
    const other = others.get(to);
    return other ? [{ ...issueOf(other), dependency_type: type }] : [];
  };
  const parent = parentOf(bead);
  const closed = children.filter((child) => isClosed(others.get(child))).length;
  return {
    ...issueOf(bead),
    dependencies: edges.flatMap(({ depends_on_id, type }) => linked(depends_on_id, type)),
    dependents: [
      ...waiting
        .filter((one) => needsOf(others.get(one) ?? bead).includes(id))
        .flatMap((one) => linked(one, holdOf(others.get(one) ?? bead, id))),
      ...children.flatMap((child) => linked(child, 'parent-child')),
    ],
    comments: [],
    ...(parent ? { parent } : {}),
    ...(children.length > 0 ? { epic_total_children: children.length, epic_closed_children: closed } : {}),
  };
}

const isClosed = (bead: Bead | undefined): boolean => bead !== undefined && issueOf(bead).status === 'closed';

/** Ids of what lies directly in a record. */
export async function childrenOf({ books }: Reads, { noun, doc }: Bead): Promise<string[]> {
  if (noun === 'gate') return [];
  const items = noun === 'molecule' ? [] : await books.index(childrenIndex(doc.id));
  if (noun === 'work') return [...(doc.molecule ? [doc.molecule] : []), ...items];
  const mol = noun === 'molecule' ? doc.id : doc.mol;
  const ids = (await Promise.all(['steps.open', 'steps.closed'].map((index) => books.index(`${index}:${mol}`)))).flat();
  const steps = await books.readMany('step', ids);
  const inside = steps
    .filter(({ parent }) => (parent ?? mol) === doc.id)
    .sort((a, b) => a.seq - b.seq)
    .map(({ id }) => id);
  if (noun === 'molecule') {
    const [gates = [], below = []] = await Promise.all(
      [`gates:${mol}`, `molecules.below:${mol}`].map((index) => books.index(index)),
    );
    return [...inside, ...gates, ...below, ...(doc.digest ? [doc.digest.id] : [])];
  }
  return [...inside, ...(doc.molecules ?? []), ...(doc.work ? [doc.work] : []), ...items];
}
