import { type Put, unchanged } from '#core/change';
import { isAskedToEnd } from '#core/cycle';
import { addressOf, type Holder, holderNoun, isAgent, isCurrent, isOver, lineOf, stale } from '#core/holder';
import { HANDOFF_BYTES } from '#core/limits';
import type { Work } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import type { Caller } from './ack.ts';

/** What is asked: that a holder's session makes room for a fresh one, with this note; `shutdown`: that none follows. */
export type HandOff = {
  readonly holder: string;
  /** The session itself, if it asks; otherwise whoever the desk writes for. */
  readonly caller?: Caller | undefined;
  /** Of the session that is meant: another one, that began meanwhile, is left alone. */
  readonly session: string;
  readonly note: string;
  readonly why: string;
  /** Who asks, where that is neither the session nor whoever the desk writes for: `gt` by itself. */
  readonly by?: 'gt';
  readonly shutdown?: boolean;
  /** Also in the middle of a turn. */
  readonly now?: boolean;
  /** The commit that keeps what was not committed. */
  readonly snapshot?: string | undefined;
};

/** What became of it. `late`: nothing, the work is handed in; `again`: the session was handed off already, and its note stands. */
export type HandedOff = {
  readonly holder: string;
  readonly address: string;
  readonly session: string;
  readonly does: 'cycle' | 'shutdown' | 'late';
  readonly again: boolean;
  /** A person starts the next session. */
  readonly manual?: boolean;
};

/**
 * Hands a session off: the note is kept on its line, and its processor ends it at the next good moment; a fresh one starts at once, unless it is shut down.
 * Asked again for the same session it answers as before; but an agent's own note takes the place of one that gt has written.
 */
export async function handOff(desk: Desk, ask: HandOff): Promise<HandedOff | Refusal> {
  const bytes = new TextEncoder().encode(ask.note).length;
  if (bytes > HANDOFF_BYTES) return refuse('TEXT_TOO_LONG', { field: 'The note', bytes, limit: HANDOFF_BYTES });
  return desk.change<HandedOff>(async (reading) => {
    const holder: Holder | undefined = await reading.get(holderNoun(ask.holder), ask.holder);
    if (!holder || isOver(holder) || (ask.caller && !isCurrent(holder, ask.caller.token))) return stale(holder, ask.session);
    const { session } = holder;
    if (!session || session.exit || session.id !== ask.session) return stale(holder, ask.session);
    const manual = !isAgent(holder) && holder.manual === true;
    const answer = { holder: holder.id, address: addressOf(holder), session: session.id, ...(manual && { manual }) };
    if (!isAgent(holder) && holder.submitted) return unchanged({ ...answer, does: 'late', again: false });
    const now = desk.clock.now();
    const by = ask.caller ? session.id : (ask.by ?? desk.actor);
    const asked = isAskedToEnd(holder);
    const does = (asked ? holder.killed !== undefined : ask.shutdown) ? 'shutdown' : 'cycle';
    const isFirstWord = ask.caller !== undefined && (holder.note?.session !== session.id || holder.note.by !== session.id);
    if (asked && !isFirstWord) return unchanged({ ...answer, does, again: true });
    const { due: _, ...current } = session;
    const doc = {
      ...holder,
      session: current,
      note: { at: now, session: session.id, by },
      ...(asked
        ? {}
        : does === 'shutdown'
          ? { killed: { at: now, by } }
          : { cycle: { at: now, by, why: ask.why, session: session.id, ...(ask.now ? { hurry: true } : {}) } }),
    } as Holder;
    return {
      put: [
        isAgent(doc) ? { noun: 'agent', doc } : { noun: 'run', doc },
        ...(does === 'shutdown' && !isAgent(doc) ? await parked(reading, doc.work, { as: 'killed', at: now, by }) : []),
      ],
      text: [{ id: lineOf(holder), fields: { handoff: ask.note } }],
      events: [
        {
          type: 'handoff.written',
          subject: holder.id,
          ...(holder.rig === '' ? {} : { rig: holder.rig }),
          data: {
            session: session.id,
            by,
            why: ask.why.slice(0, 200),
            bytes,
            ...(ask.snapshot ? { snapshot: ask.snapshot } : {}),
          },
        },
      ],
      answer: { ...answer, does, again: asked },
    };
  });
}

/** Puts an item aside with its polecat, so that nothing of it is started when its run has given up its slot. */
async function parked(reading: Reading, id: string, how: NonNullable<Work['parked']>): Promise<Put[]> {
  const work = await reading.get('work', id);
  return work && work.status !== 'closed' ? [{ noun: 'work', doc: { ...work, parked: how, updatedAt: how.at } }] : [];
}
