/** Recordings over a hand-over of the host: each goes on where it was, in the same file. */
import type { Part } from '#world/pty/parts';
import type { Session } from '#world/pty/session';
import type { RecordingHost } from './record.ts';
import { recordOn } from './record.ts';
import type { RecorderState } from './recorder.ts';

type Table = { readonly all: () => Iterable<Session>; readonly find: (id: string) => Session | undefined };

/** The recordings of all sessions of a table. */
export function recordings(table: Table, host: RecordingHost): Part {
  return {
    name: 'recordings',
    state: async () => {
      const states: Record<string, RecorderState> = {};
      const rest = async ({ start, state, recorder }: Session) => {
        if (!recorder) return;
        if (state === 'drained') await recorder.end();
        else states[start.id] = await recorder.rest();
      };
      await Promise.all([...table.all()].map(rest));
      return states;
    },
    resume: (states) => {
      for (const [id, state] of Object.entries(states as Record<string, RecorderState>)) {
        const session = table.find(id);
        if (session) recordOn(session, state, host);
      }
    },
  };
}
