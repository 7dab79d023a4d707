import type { Work } from '#core/records';
import { standingOfWork } from '#core/work';
import type { Books } from '#world/store/books';

/** An item in a list. */
export type WorkLine = {
  readonly id: string;
  readonly title: string;
  readonly rig: string;
  readonly type: string;
  readonly priority: number;
  readonly status: Work['status'];
  /** In a person's words: the status, or what its run, its request or its needs say. */
  readonly standing: string;
  readonly labels: readonly string[];
  readonly unmet: readonly string[];
  readonly polecat: string | null;
  readonly failures: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly closedAt: number | null;
};

export type WorkList = {
  readonly items: readonly WorkLine[];
  /** How many there are, shown or not. */
  readonly total: number;
};

export type Wanted = { readonly rig?: string; readonly which: 'open' | 'closed' | 'needs-you'; readonly limit: number };

/** Items of one kind: open ones oldest first, closed ones by their end, the newest last. Reads what it shows. */
export async function workList(books: Books, { rig, which, limit }: Wanted): Promise<WorkList> {
  const name = which === 'needs-you' ? which : `work.${which}${rig === undefined ? '' : `:${rig}`}`;
  const [ids, total] = await Promise.all([books.indexFromEnd(name, limit), books.count(name)]);
  const items = await books.readMany('work', ids.reverse());
  const own = rig === undefined ? items : items.filter((work) => work.rig === rig);
  return { items: await workLines(books, own), total };
}

/** Items as lists show them, with what their standing rests on: three round trips, however many. */
export async function workLines(books: Books, items: readonly Work[]): Promise<WorkLine[]> {
  const pick = (of: (work: Work) => string | undefined) => items.map(of).filter((id) => id !== undefined);
  const waiting = items.filter((work) => work.status !== 'closed' && work.deps.length > 0).map((work) => work.id);
  const [merges, runs, unmet] = await Promise.all([
    books.readMany(
      'merge',
      pick((work) => work.merge),
    ),
    books.readMany(
      'run',
      pick((work) => work.run),
    ),
    waiting.length > 0 ? books.unmet(...waiting) : [],
  ]);
  const mergeOf = new Map(merges.map((merge) => [merge.id, merge]));
  const runOf = new Map(runs.map((run) => [run.id, run]));
  const needs = new Map(waiting.map((id, i) => [id, unmet[i] ?? []]));
  return items.map((work): WorkLine => {
    const { id, title, rig, type, priority, status, labels, failures, createdAt, updatedAt } = work;
    const missing = needs.get(id) ?? [];
    const run = work.run ? runOf.get(work.run) : undefined;
    const standing = standingOfWork(work, work.merge ? mergeOf.get(work.merge) : undefined, run, missing.length);
    const fixed = { id, title, rig, type, priority, status, standing, labels, unmet: missing };
    return { ...fixed, polecat: run?.name ?? null, failures, createdAt, updatedAt, closedAt: work.closed?.at ?? null };
  });
}
