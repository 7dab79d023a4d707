import type { Records } from './records.ts';

/** A merge request's place: priority, then age. */
const queueScore = (priority: number, since: number): number => priority * 2e13 + since;

/** Where a merge request stands (derive.ts): in its rig's queue, or among those that have ended. */
export function mergeStands(doc: Records['merge']): Array<readonly [index: string, score: number]> {
  const open = doc.state === 'submitted' || doc.state === 'queued' || doc.state === 'checking' || doc.state === 'landing';
  const place = queueScore(doc.priority, doc.submittedAt);
  const at: Array<[string, number]> = open ? [[`merges.open:${doc.rig}`, place]] : [];
  if (open && doc.state !== 'submitted') at.push([`merges.queued:${doc.rig}`, place]);
  if (!open) at.push([`merges.ended:${doc.rig}`, doc.landed?.at ?? doc.returned?.at ?? doc.submittedAt]);
  if (doc.state === 'merged' && doc.mirror?.state === 'left') at.push([`merges.unpushed:${doc.rig}`, doc.submittedAt]);
  return at;
}
