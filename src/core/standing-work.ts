import type { Records } from './records.ts';

/** Where work items stand (derive.ts). */

/** Index of the items that lie in another one, or in a step. */
export const childrenIndex = (parent: string): string => `children:${parent}`;

/** Index of landed items of which more is kept than their records: `pruned` says that it is gone. */
export const UNPRUNED = 'work.unpruned';

/** Index of who wants a slot, by kind and id: what kinds there are is found by leaping from one to the next, however many wait in each. */
export const WANT_KINDS = 'want.kinds';

/** A kind of wishes: those of a rig that have the same limits, since they ask for the same agent program (or for none), or are worked on by a person. */
export type WantKind = { readonly rig: string; readonly manual: boolean; readonly asked: string };

/** The part of an index's name, and of a member of `want.kinds`, that names a kind. Names of programs are people's: one with a space must not look like an id. */
const kindName = ({ rig, manual, asked }: WantKind): string => `${rig} ${manual ? 'm' : 'p'}${encodeURIComponent(asked)}`;

/** The kind that a member of `want.kinds` is of. */
export function kindIn(entry: string): WantKind {
  const [rigEnds, kindEnds] = [entry.indexOf(' '), entry.lastIndexOf(' ')];
  const [rig, kind] = [entry.slice(0, rigEnds), entry.slice(rigEnds + 1, kindEnds)];
  return { rig, manual: kind.startsWith('m'), asked: decodeURIComponent(kind.slice(1)) };
}

/** The item that a member of `want.kinds` is of, and the index that holds it beside its like; whoever spelled it. */
export function wishIn(entry: string): { id: string; index: string } {
  const kindEnds = entry.lastIndexOf(' ');
  return { id: entry.slice(kindEnds + 1), index: `want.of:${entry.slice(0, kindEnds)}` };
}

/** What stands after all members of a kind, and before those of the next: `~` comes after every character of an id. */
export const afterKind = (kind: WantKind): string => `${kindName(kind)} ~`;

/** Index of those of a kind, in the order in which they get slots. */
export const wantIndex = (kind: WantKind): string => `want.of:${kindName(kind)}`;

const kindOf = ({ rig, manual, agent, molAgent }: Records['work']): WantKind => ({
  rig,
  manual: manual === true,
  asked: agent ?? molAgent ?? '',
});

/** An item's place in the line: who has the lower one goes first. */
export const wantPlace = ({ priority, want }: Records['work']): number =>
  wantScore(priority, want?.rework ?? false, want?.since ?? 0);

/** Priority first, then rework before new work, then age: lower goes first. Exact: ms need 41 bits, the rest stays under 2^53. */
function wantScore(priority: number, rework: boolean, since: number): number {
  return priority * 2e13 + (rework ? 0 : 1e13) + since;
}

/** The lists that an item stands in. @param over it is closed, and nothing of it is left to do */
export function workStands(
  doc: Records['work'],
  over: boolean,
): ReadonlyArray<readonly [index: string, score: number, member?: string]> {
  const ended = doc.closed?.at ?? doc.updatedAt;
  const list = doc.status === 'closed' ? (['work.closed', ended] as const) : (['work.open', doc.createdAt] as const);
  const at: Array<readonly [string, number, string?]> = [list, [`${list[0]}:${doc.rig}`, list[1]]];
  if (doc.status === 'hooked') at.push([`work.hooked:${doc.rig}`, doc.createdAt]);
  if (doc.want && !doc.run && !doc.needsYou) {
    const [place, kind] = [wantPlace(doc), kindOf(doc)];
    at.push(['want', place], [`want:${doc.rig}`, place], [wantIndex(kind), place]);
    at.push([WANT_KINDS, 0, `${kindName(kind)} ${doc.id}`]);
  }
  if (doc.needsYou) at.push(['needs-you', doc.updatedAt]);
  if (doc.parked) at.push(['parked', doc.parked.at]);
  if (doc.hold) at.push(['names', 0, doc.hold.name]);
  if (doc.parent) at.push([childrenIndex(doc.parent), doc.createdAt]);
  if (over && !doc['jobsRemoved']) at.push(['ended', ended]);
  else if (over && doc.closed?.commit && !doc['pruned']) at.push([UNPRUNED, ended]);
  return at;
}
