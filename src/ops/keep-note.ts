import { type Holder, holderNoun, isAgent, isCurrent, isOver, lineOf, stale } from '#core/holder';
import { HANDOFF_BYTES } from '#core/limits';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Caller } from './ack.ts';

/** Keeps a checkpoint on the line of a holder, in the place of the one before; an empty one takes it away. The session goes on. */
export async function keepCheckpoint(
  desk: Desk,
  id: string,
  text: string,
  caller?: Caller,
): Promise<{ bytes: number } | Refusal> {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > HANDOFF_BYTES) return refuse('TEXT_TOO_LONG', { field: 'The checkpoint', bytes, limit: HANDOFF_BYTES });
  return desk.change(async (reading) => {
    const holder: Holder | undefined = await reading.get(holderNoun(id), id);
    if (!holder || isOver(holder) || (caller && !isCurrent(holder, caller.token))) return stale(holder, caller?.session ?? id);
    const type = text === '' ? ('checkpoint.cleared' as const) : ('checkpoint.written' as const);
    return {
      put: [],
      text: [{ id: lineOf(holder), fields: { checkpoint: text } }],
      events: [
        { type, subject: id, ...(holder.rig === '' ? {} : { rig: holder.rig }), data: { session: holder.session?.id, bytes } },
      ],
      answer: { bytes },
    };
  });
}

/** The note on the line of a holder has been read by its session of now: later sessions are not told it again. */
export async function noteRead(desk: Desk, { id, session }: Pick<Holder, 'id' | 'session'>): Promise<void> {
  if (!session) return;
  await desk.change(async (reading) => {
    const now: Holder | undefined = await reading.get(holderNoun(id), id);
    if (!now || isOver(now) || now.session?.id !== session.id || now.note?.read !== undefined || now.note?.session === session.id)
      return { put: [], answer: undefined };
    const note = { at: desk.clock.now(), session: 'an earlier one', by: 'an earlier one', ...now.note, read: session.id };
    return {
      put: [isAgent(now) ? { noun: 'agent', doc: { ...now, note } } : { noun: 'run', doc: { ...now, note } }],
      answer: undefined,
    };
  });
}
