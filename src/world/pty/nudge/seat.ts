/** A session as a nudge needs it. */
import { HostRefused } from '#world/pty/host';
import { viewOf } from '#world/pty/screen/view';
import type { Session } from '#world/pty/session';
import type { Seat } from './eyes.ts';

/** What is looked at of a screen, in rows. */
const VIEW_ROWS = 60;

/** Throws PTY_GONE for a session that has ended, or whose terminal was lost with an earlier host. */
export function seatOf(session: Session): Seat {
  const { screen } = session;
  if (!screen || session.state !== 'running')
    throw new HostRefused('PTY_GONE', `Session ${session.start.id} has ended: there is no screen to look at.`);
  return {
    view: () => screen.look((emulator, modes) => viewOf(emulator, modes, VIEW_ROWS)),
    now: () => session.glance((emulator, modes) => viewOf(emulator, modes, VIEW_ROWS)),
    keep: (isTyping) => (isTyping ? session.line.keep() : session.line.free()),
    write: (bytes) => session.write(Buffer.from(bytes)),
    onOutput: (listener) => session.onOutput(listener),
    typedAt: () => session.typedAt,
    over: session.drained,
  };
}
