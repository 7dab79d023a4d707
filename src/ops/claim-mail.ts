import { unchanged } from '#core/change';
import { letterId, mailboxOf } from '#core/mail';
import type { Letter } from '#core/records';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Subscriber } from './channels.ts';
import { Draft } from './draft.ts';
import { nextNumber } from './number-letter.ts';

/** Tries against others who claim at the same time: each try that fails is one that another has won. */
const TRIES = 20;

/**
 * Takes the oldest mail of a queue: it goes into the mailbox of who takes it, unread, and is nobody else's. Undefined when the queue is empty.
 */
export async function claimMail(desk: Desk, queue: string, who: Subscriber): Promise<Letter | undefined | Refusal> {
  for (let tries = 0; ; tries++) {
    const taken = await takeOne(desk, `queue:${queue}`, who);
    if (!isRefusal(taken) || taken.refused !== 'BOOKS_BUSY' || tries >= TRIES) return taken;
  }
}

const takeOne = (desk: Desk, mailbox: string, { box, line }: Subscriber) =>
  desk.change<Letter | undefined>(async (reading) => {
    const [oldest] = await desk.books.index(`letters.unread:${mailbox}`, 0, 0);
    const letter = oldest === undefined ? undefined : await reading.get('letter', oldest);
    if (!letter || oldest === undefined) return unchanged(undefined);
    const draft = new Draft(reading);
    const mine = mailboxOf({ box, ...(line !== undefined && { line }) });
    const id = letterId(letter.message, mine);
    // Who was sent it too has it already: then it only leaves the queue.
    const own = await draft.get('letter', id);
    const moved = { ...letter, id, box, ...(line !== undefined && { line }), told: 'none', for: mailbox } as const;
    const doc: Letter = own ?? { ...moved, n: await nextNumber(draft, mine) };
    draft.put({ noun: 'letter', doc });
    draft.say({ type: 'mail.claimed', subject: letter.message, data: { queue: mailbox, box } });
    return { ...draft.change(doc), drop: [{ noun: 'letter', id: oldest }] };
  });
