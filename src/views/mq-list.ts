import type { Merge } from '#core/records';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';

/** A merge request in a list. */
export type Request = {
  readonly id: string;
  readonly work: string;
  readonly title: string;
  readonly author: string;
  readonly priority: number;
  readonly state: Merge['state'];
  /** From 1; null when it is not in line. */
  readonly place: number | null;
  readonly head: string;
  readonly branch: string;
  readonly target: string;
  readonly submittedAt: number;
  readonly checks: number;
  /** Since when its check runs, and which one. */
  readonly check: { readonly id: string; readonly since: number } | null;
  readonly ended: { readonly at: number; readonly how: string } | null;
};

/** A rig's merge queue. */
export type Queue = {
  readonly rig: string;
  readonly target: string;
  readonly enabled: boolean;
  /** Names of the checks; none: what lands is not tested. */
  readonly checks: readonly string[];
  readonly warning: string | null;
  readonly blocked: { readonly why: string; readonly note: string; readonly since: number } | null;
  /** What was landed untested: its target is checked before anything else lands. */
  readonly owed: {
    readonly merge: string;
    readonly tip: string;
    readonly since: number;
    readonly by: string;
    readonly reason: string;
  } | null;
  readonly current: string | null;
  /** Landed here, and not brought to where the rig came from. */
  readonly unpushed: number;
  /** Why the newest of them was not. */
  readonly unpushedWhy: string | null;
  readonly requests: readonly Request[];
};

const NO_CHECKS = 'no checks configured';

/** The queue of a rig in its order, and the last `ended` requests that left it. Reads the train, what it waits for, and what is shown. */
export async function mqList(
  books: Books,
  { name, target, settings, checks: { commands } }: Rig,
  { ended = 0 }: { ended?: number } = {},
): Promise<Queue> {
  const [train, open, over, unpushed, left] = await Promise.all([
    books.read('train', name),
    books.index(`merges.open:${name}`),
    ended > 0 ? books.indexFromEnd(`merges.ended:${name}`, ended) : [],
    books.count(`merges.unpushed:${name}`),
    books.indexFromEnd(`merges.unpushed:${name}`, 1).then((ids) => books.readMany('merge', ids)),
  ]);
  const [requests, check, untested] = await Promise.all([
    books.readMany('merge', [...open, ...over]),
    train?.check ? books.read('check', train.check) : undefined,
    train?.owed ? books.read('merge', train.owed.merge) : undefined,
  ]);
  const line = requests.filter((one) => isOpen(one)).map((one) => one.id);
  const { enabled } = settings.merge_queue;
  return {
    rig: name,
    target,
    enabled,
    checks: commands.map((one) => one.name),
    warning: commands.length === 0 ? NO_CHECKS : null,
    blocked: train?.blocked ? { why: train.blocked.why, note: train.blocked.note, since: train.blocked.at } : null,
    owed: train?.owed
      ? {
          merge: train.owed.merge,
          tip: train.owed.tip,
          since: train.owed.at,
          by: untested?.override?.by ?? '?',
          reason: untested?.override?.reason ?? '',
        }
      : null,
    current: train?.current ?? null,
    unpushed,
    unpushedWhy: left[0]?.mirror?.why ?? null,
    requests: requests.map((one): Request => {
      const { id, work, title, author, priority, state, head, branch, submittedAt } = one;
      const place = line.indexOf(id);
      const running = train?.current === id && check?.state === 'planned' ? { id: check.id, since: check.plannedAt } : null;
      const fixed = { id, work, title, author, priority, state, head, branch, target: one.target, submittedAt };
      return { ...fixed, place: place < 0 ? null : place + 1, checks: one.checks, check: running, ended: endOf(one) };
    }),
  };
}

const isOpen = ({ state }: Merge): boolean => ['submitted', 'queued', 'checking', 'landing'].includes(state);

const untestedInWords = ({ override }: Merge): string =>
  override ? `landed, not tested: ${override.by} said "${override.reason.slice(0, 100)}"` : 'landed, not tested';

function endOf(merge: Merge): Request['ended'] {
  if (merge.landed) return { at: merge.landed.at, how: merge.unchecked ? untestedInWords(merge) : 'landed' };
  if (merge.returned) return { at: merge.returned.at, how: `returned: ${merge.returned.kind}` };
  return isOpen(merge) ? null : { at: merge.submittedAt, how: merge.state };
}
