import { keptUntil } from './molecule/retention.ts';
import type { Records } from './records.ts';

/** A molecule stands among the open or closed ones; under what it hangs; and, when it has ended and hangs under nothing, among those that go one day. */
export function moleculeStands(doc: Records['molecule']): Array<readonly [index: string, score: number]> {
  const at: Array<readonly [string, number]> = [];
  if (doc.work) at.push([`molecules.of:${doc.work}`, doc.createdAt]);
  if (doc.under) at.push([`molecules.below:${doc.under}`, doc.createdAt]);
  if (doc.state !== 'closed') {
    if (doc.under) at.push([`molecules.under:${doc.under}`, doc.createdAt]);
    if (doc.phase === 'vapor') at.push(['wisps.open', doc.createdAt]);
    return [...at, ['molecules.open', doc.createdAt], [`molecules.open:${doc.rig}`, doc.createdAt]];
  }
  const ended = doc.closed?.at ?? doc.updatedAt;
  at.push(['molecules.closed', ended]);
  if (doc.phase === 'vapor') at.push(['wisps.closed', ended]);
  if (doc.work || doc.step || doc.under) return at;
  if (!doc['jobsRemoved']) at.push(['molecules.ended', ended]);
  const until = keptUntil(doc);
  return until === undefined ? at : [...at, ['molecules.due', until]];
}
