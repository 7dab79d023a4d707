import { closeWork as closed } from '#core/close-work';
import { type Holder, holderNoun, isCurrent, stale } from '#core/holder';
import type { Work } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { childrenIndex } from '#core/standing-work';
import type { Desk } from '#world/desk';
import type { Caller } from './ack.ts';
import { tooLong } from './create-work.ts';

/** Who closes which item, and why. */
export type WorkClose = {
  readonly id: string;
  readonly reason: string;
  /** Pinned, with open needs, or with open items in it. */
  readonly force?: boolean;
  /** The session that calls; a person without one. */
  readonly caller?: Caller | undefined;
};

/**
 * Closes an item by hand. Nothing that a run or a merge request has, and nobody's own item: that is handed in. Its open molecule is cancelled by its job.
 * @returns the item, asked again as before; SESSION_STALE for a session that is over
 */
export async function closeWork(desk: Desk, { id, reason, force = false, caller }: WorkClose): Promise<Work | Refusal> {
  const long = tooLong('reason', reason);
  if (long) return long;
  return desk.change(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) return refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });
    const holder: Holder | undefined = caller && (await reading.get(holderNoun(caller.run), caller.run));
    if (caller && (!holder || !isCurrent(holder, caller.token))) return stale(holder, caller.session);
    if (holder && work.run === holder.id && work.status !== 'closed') return refuse('WORK_MINE', { id });
    const { books } = desk;
    // Whoever gives it a need, or puts an item into it, writes its record too: what is read after it is of now, or the commit clashes.
    const [[unmet = []], children] = await Promise.all([books.unmet(id), books.index(childrenIndex(id))]);
    const inside = await books.readMany('work', children);
    const open = inside.filter(({ status }) => status !== 'closed').map((one) => one.id);
    const question = work.needsYou && (await reading.get('escalation', work.needsYou.escalation));
    return closed(work, { reason, force }, { unmet, open, question }, desk.actor, desk.clock.now());
  });
}
