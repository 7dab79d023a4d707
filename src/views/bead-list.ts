import type { Desk } from '#world/desk';
import { parentOf, type Row, rows } from './bead-links.ts';
import { type Bead, beads, issueOf, type Record_, withTexts } from './beads.ts';

/** What a list of records may be asked for. */
export type BeadsWanted = {
  readonly statuses?: readonly string[];
  /** Closed and pinned ones, gates too. */
  readonly all?: boolean;
  readonly types?: readonly string[];
  readonly priority?: number;
  readonly assignee?: string;
  /** All of these labels. */
  readonly labels?: readonly string[];
  /** One of these at least. */
  readonly labelAny?: readonly string[];
  /** Below this one, at any depth. */
  readonly parent?: string;
  readonly ids?: readonly string[];
  readonly title?: string;
  readonly gates?: boolean;
  /** Only what can be done now. */
  readonly ready?: boolean;
  readonly sort?: string;
  readonly reverse?: boolean;
  /** 0: all. */
  readonly limit: number;
};

export type Beads = { readonly rows: readonly Row[]; readonly total: number };

type Reads = Pick<Desk, 'books' | 'plans'>;
/** Closed records that a list looks at: the newest, so that its cost does not grow with the town's history. */
const CLOSED = 2000;
const HIDDEN: readonly string[] = ['closed', 'pinned'];
const NEVER_READY: readonly string[] = ['merge-request', 'gate', 'molecule', 'message', 'agent', 'role', 'rig', 'epic'];

/** Work items, molecules, steps and gates by what is wanted; more urgent ones first, then the newest. */
export async function beadList(desk: Reads, wanted: BeadsWanted): Promise<Beads> {
  const closed = wanted.all || wanted.statuses?.includes('closed') || wanted.ids !== undefined;
  const found = wanted.ids
    ? [...(await beads(desk, wanted.ids)).values()]
    : await everyBead(desk, closed === true, wanted.parent);
  const kept = found.filter((bead) => fits(bead, wanted));
  const ready = wanted.ready ? await onlyReady(desk, kept) : kept;
  const sorted = ready.sort((a, b) => order(a, b, wanted.sort));
  if (wanted.reverse) sorted.reverse();
  const shown = wanted.limit > 0 ? sorted.slice(0, wanted.limit) : sorted;
  return { rows: await rows(desk, shown), total: sorted.length };
}

/** What is open, and the newest of what is closed; below `parent` only that molecule's. */
async function everyBead({ books, plans }: Reads, closed: boolean, parent: string | undefined): Promise<Bead[]> {
  const ids = async (open: string, over: string) => [
    ...(await books.index(open)),
    ...(closed ? await books.indexFromEnd(over, CLOSED) : []),
  ];
  const [work, mols, gates] = await Promise.all([
    books.readMany('work', await ids('work.open', 'work.closed')),
    books.readMany('molecule', await ids('molecules.open', 'molecules.closed')),
    books.readMany('gate', await ids('gates.open', 'gates.closed')),
  ]);
  const wanted = mols.filter(
    ({ id }) => parent === undefined || id === parent || parent.startsWith(`${id}.`) || !mols.some((one) => one.id === parent),
  );
  const steps = await Promise.all(
    wanted.map(async ({ id }) => [
      ...(await books.index(`steps.open:${id}`)),
      ...(closed ? await books.indexFromEnd(`steps.closed:${id}`, CLOSED) : []),
    ]),
  );
  const records: Record_[] = [
    ...work.map((doc) => ({ noun: 'work', doc }) as const),
    ...mols.map((doc) => ({ noun: 'molecule', doc }) as const),
    ...(await books.readMany('step', steps.flat())).map((doc) => ({ noun: 'step', doc }) as const),
    ...gates.map((doc) => ({ noun: 'gate', doc }) as const),
  ];
  return withTexts({ books, plans }, records);
}

function fits(bead: Bead, wanted: BeadsWanted): boolean {
  const { status, issue_type: type, priority, assignee, labels = [], title } = issueOf(bead);
  const { statuses, types } = wanted;
  const hidden = HIDDEN.includes(status) || (type === 'gate' && !wanted.gates);
  if (
    statuses
      ? !statuses.includes(status)
      : hidden && !wanted.all && !wanted.ids && !(types?.includes(type) && !HIDDEN.includes(status))
  )
    return false;
  return (
    (types?.includes(type) ?? true) &&
    (wanted.priority === undefined || priority === wanted.priority) &&
    (wanted.assignee === undefined || assignee === wanted.assignee) &&
    (wanted.labels ?? []).every((label) => labels.includes(label)) &&
    (wanted.labelAny?.some((label) => labels.includes(label)) ?? true) &&
    (wanted.parent === undefined || isBelow(bead, wanted.parent)) &&
    (wanted.title === undefined || title.toLowerCase().includes(wanted.title.toLowerCase()))
  );
}

const isBelow = (bead: Bead, parent: string): boolean => parentOf(bead) === parent || bead.doc.id.startsWith(`${parent}.`);

/** Open, needing nothing, and not in a molecule that is not poured yet. */
async function onlyReady({ books }: Reads, list: readonly Bead[]): Promise<Bead[]> {
  const open = list.filter((bead) => {
    const { status, issue_type: type, ephemeral } = issueOf(bead);
    return status === 'open' && !NEVER_READY.includes(type) && !ephemeral && bead.mol?.state !== 'pouring';
  });
  const unmet = open.length > 0 ? await books.unmet(...open.map(({ doc }) => doc.id)) : [];
  return open.filter((_, i) => (unmet[i] ?? []).length === 0);
}

function order(a: Bead, b: Bead, sort = 'priority'): number {
  const [one, other] = [issueOf(a), issueOf(b)];
  const made = one.created_at.localeCompare(other.created_at);
  // Steps of one molecule were made at once: they keep their order.
  const place = seqOf(a) - seqOf(b) || one.id.localeCompare(other.id, 'en', { numeric: true });
  if (sort === 'oldest') return made || place;
  if (sort === 'created' || sort === 'updated' || sort === 'closed') {
    const key = `${sort}_at` as const;
    return (other[key] ?? '').localeCompare(one[key] ?? '') || place;
  }
  return one.priority - other.priority || -made || place;
}

const seqOf = ({ noun, doc }: Bead): number => (noun === 'step' || noun === 'gate' ? (doc.seq ?? 0) : -1);
