/** A session as a nudge needs it. */
import type { ScreenView } from '#core/screen-view';
import { HostRefused } from '#world/pty/host';
import { viewOf } from '#world/pty/screen/view';
import type { Session } from '#world/pty/session';
import type { Seat } from './eyes.ts';

/** What is looked at of a screen, in rows. */
const VIEW_ROWS = 60;
/** What is parsed at once for one look, at most, in bytes. */
const MOST_UNPARSED = 64 << 10;

/** Throws PTY_GONE for a session that has ended, or whose terminal was lost with an earlier host. */
export function seatOf(session: Session): Seat {
  const { screen } = session;
  if (!screen || session.state !== 'running')
    throw new HostRefused('PTY_GONE', `Session ${session.start.id} has ended: there is no screen to look at.`);
  return {
    view: () => screen.look((emulator, modes) => viewOf(emulator, modes, VIEW_ROWS)),
    now: () => glance(session),
    keep: (isTyping) => (isTyping ? session.line.keep() : session.line.free()),
    write: (bytes) => session.write(Buffer.from(bytes)),
    onOutput: (listener) => session.onOutput(listener),
    typedAt: () => session.typedAt,
    over: session.drained,
  };
}

/** What it shows in this very moment, of all that the kernel has; undefined where that is not whole or too much, or a write would have to wait. */
function glance(session: Session): ScreenView | undefined {
  const { line, screen } = session;
  session.hearNow();
  if (!line.isIdle || screen.backlog > MOST_UNPARSED) return undefined;
  screen.makeRoom(0, 0);
  const seen: ScreenView[] = [];
  // at once, if it is whole
  void screen.look((emulator, modes) => seen.push(viewOf(emulator, modes, VIEW_ROWS))).catch(() => undefined);
  return seen[0];
}
