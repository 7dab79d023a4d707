/** What people type over a hand-over of the host: what the writer has of it is not typed again, and a paste stays as open as it is. */
import type { Part } from '#world/pty/parts';
import type { Session } from '#world/pty/session';
import type { RoomState } from './room.ts';
import { Room } from './room.ts';

type Table = { readonly all: () => Iterable<Session>; readonly find: (id: string) => Session | undefined };

/** The rooms of all sessions of a table. */
export function typing(table: Table): Part {
  return {
    name: 'typing',
    state: () => {
      const states: Record<string, RoomState> = {};
      for (const session of table.all()) {
        const state = Room.stateOf(session);
        if (state) states[session.start.id] = state;
      }
      return states;
    },
    resume: (states) => {
      for (const [id, state] of Object.entries(states as Record<string, RoomState>)) {
        const session = table.find(id);
        if (session) Room.of(session).resume(state);
      }
    },
  };
}
