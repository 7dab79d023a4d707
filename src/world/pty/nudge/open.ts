/** The nudges of a host's sessions. */
import { systemTurns } from '#world/pty/screen/screens';
import type { Sessions } from '#world/pty/sessions';
import type { NudgeState } from './nudge.ts';
import { Nudges } from './nudges.ts';
import { seatOf } from './seat.ts';

/** Opens the table of nudges over these sessions; `dir` is where their steps are kept; recordings are marked. Forgets with a session what belongs to it. */
export function openNudges(
  sessions: Sessions,
  { dir, now, warn }: { readonly dir: string; readonly now: () => number; readonly warn: (line: string) => void },
): Nudges {
  const nudges = new Nudges({
    seat: (id) => seatOf(sessions.known(id)),
    isKnown: (id) => sessions.find(id) !== undefined,
    times: systemTurns(now),
    dir,
    warn,
    tell: (id, nudge, state) => sessions.find(id)?.recorder?.mark(`nudge ${nudge} ${state}`),
  });
  sessions.onEvent(({ type, session }) => {
    if (type === 'forgotten') nudges.forget(session.id);
  });
  sessions.parts.add({
    name: 'nudges',
    halt: () => nudges.freeze(),
    state: () => nudges.state(),
    resume: (states) => {
      nudges.freeze(); // no terminal goes on yet
      nudges.resume(states as NudgeState[]);
    },
    go: () => nudges.thaw(),
  });
  return nudges;
}
