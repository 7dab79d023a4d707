import type { Records } from './records.ts';

/** Where work items stand (derive.ts). */

/** Index of the items that lie in another one, or in a step. */
export const childrenIndex = (parent: string): string => `children:${parent}`;

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
    const place = wantScore(doc.priority, doc.want.rework, doc.want.since);
    at.push(['want', place], [`want:${doc.rig}`, place]);
  }
  if (doc.needsYou) at.push(['needs-you', doc.updatedAt]);
  if (doc.parked) at.push(['parked', doc.parked.at]);
  if (doc.hold) at.push(['names', 0, doc.hold.name]);
  if (doc.parent) at.push([childrenIndex(doc.parent), doc.createdAt]);
  if (over && !doc['jobsRemoved']) at.push(['ended', ended]);
  return at;
}
