import type { Change, NewEvent } from '#core/change';
import type { standingOf } from '#core/derive';
import { EVENT_BYTES } from '#core/limits';

/** A change in the form that commit.lua takes. */

/** Index members that differ between two standings of one record. */
export function moved(
  before: ReturnType<typeof standingOf>,
  after: ReturnType<typeof standingOf>,
  id: string,
  on: Array<readonly [string, number, string]>,
  off: Array<readonly [string, string]>,
): void {
  const key = (index: string, member: string | undefined) => `${index} ${member ?? id}`;
  const had = new Map(before.map(([index, score, member]) => [key(index, member), score]));
  for (const [index, score, member] of after) {
    const was = had.get(key(index, member));
    had.delete(key(index, member));
    if (was !== score) on.push([index, score, member ?? id]);
  }
  for (const [index, , member] of before) if (had.has(key(index, member))) off.push([index, member ?? id]);
}

/** The fields of an event in the stream. What is too long is cut. */
export function eventFields(event: NewEvent, actor: string, now: number): string[] {
  const whole = JSON.stringify(event.data ?? {});
  let data = whole;
  // Quotes and other scripts take more bytes than characters, and more again inside another document.
  for (let kept = EVENT_BYTES; Buffer.byteLength(data) > EVENT_BYTES; kept = Math.floor(kept * 0.8))
    data = JSON.stringify({ cut: whole.slice(0, kept) });
  return ['type', event.type, 'at', String(now), 'actor', actor, 'subject', event.subject, 'rig', event.rig ?? '', 'data', data];
}

/** Whether a change writes nothing at all. */
export function isNothing(change: Change<unknown>): boolean {
  const { put, events, settle, unsettle, needs, text, drop, stand, unstand, unbury, forget, marks } = change;
  return [put, events, settle, unsettle, needs, text, drop, stand, unstand, unbury, forget, marks].every(
    (list) => !list || list.length === 0,
  );
}
