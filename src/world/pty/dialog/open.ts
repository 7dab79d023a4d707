/** The dialogs of a host's sessions. */

import { redact } from '#core/redact/redact';
import { seatOf } from '#world/pty/nudge/seat';
import { systemTurns } from '#world/pty/screen/screens';
import type { Sessions } from '#world/pty/sessions';
import { Dialogs } from './dialogs.ts';
import type { Choice } from './seen.ts';

/** Opens the table over these sessions; recordings are marked. Forgets with a session what belongs to it. */
export function openDialogs(
  sessions: Sessions,
  { now, warn }: { readonly now: () => number; readonly warn: (line: string) => void },
): Dialogs {
  const dialogs = new Dialogs({
    seat: (id) => seatOf(sessions.known(id)),
    free: (id, text) => redact(text, sessions.find(id)?.secrets ?? []),
    times: systemTurns(now),
    warn,
    tell: (id, answer, outcome) => sessions.find(id)?.recorder?.mark(`answer ${answer} ${outcome}`),
  });
  sessions.onEvent(({ type, session }) => {
    if (type === 'forgotten') dialogs.forget(session.id);
  });
  sessions.parts.add({
    name: 'dialogs',
    halt: () => dialogs.freeze(),
    state: () => dialogs.state(),
    resume: (states) => {
      dialogs.freeze(); // no terminal goes on yet
      dialogs.resume(states as Choice[]);
    },
    go: () => dialogs.thaw(),
  });
  return dialogs;
}
