import { type Holder, holderNoun } from '#core/holder';
import { LOGS_KEPT_MS, PAGE, SESSIONS_KEPT } from '#core/limits';
import { isHeld, leftBehind, SESSIONS_ENDED, SESSIONS_OPEN, type SessionEntry } from '#core/session-log';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';

/**
 * Entries of sessions: those that nobody holds any more are ended; those that ended so long ago that their recordings went are dropped, and the oldest where
 * there are too many. In pages, each costs what it finds.
 */
export async function tidySessions(desk: Desk): Promise<void> {
  const now = desk.clock.now();
  for (const id of await desk.books.index(SESSIONS_OPEN, 0, PAGE - 1))
    await desk.change(async (reading) => {
      const entry = await reading.get('session', id);
      if (!entry || entry.exit || isHeld(entry, await holderOf(entry, reading))) return { put: [], answer: undefined };
      return { put: [{ noun: 'session', doc: leftBehind(entry, now) }], answer: undefined };
    });
  const old = await desk.books.indexUntil(SESSIONS_ENDED, now - LOGS_KEPT_MS, PAGE);
  const over = (await desk.books.count(SESSIONS_ENDED)) - SESSIONS_KEPT;
  const most = over > 0 ? await desk.books.index(SESSIONS_ENDED, 0, Math.min(over, PAGE) - 1) : [];
  for (const id of new Set([...old, ...most]))
    await desk.change(async (reading) => {
      const entry = await reading.get('session', id);
      return { put: [], drop: entry ? [{ noun: 'session', id }] : [], answer: undefined };
    });
}

const holderOf = ({ holder }: SessionEntry, reading: Reading): Promise<Holder | undefined> =>
  reading.get(holderNoun(holder), holder);
