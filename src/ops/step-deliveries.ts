import type { Change, NewEvent } from '#core/change';
import { type Move, moved } from '#core/delivery';
import { CONTEXT_BYTES } from '#core/limits';
import type { Delivery, Letter, Recipient } from '#core/records';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import { Draft } from './draft.ts';
import { type Bound, bindMail, ensureMail } from './mail-delivery.ts';

/** Nothing is left to tell: what waited was read, or archived. */
const NOTHING_LEFT = 'nothing is left to tell';

/** The claim of a delivery; of mail whose letters are not settled yet, with what it is to bring. */
export async function claimMove(
  desk: Desk,
  reading: Reading,
  move: Move & { readonly state: 'claimed' },
  room = CONTEXT_BYTES,
): Promise<{ readonly move: Move; readonly bound?: Bound } | undefined> {
  const { doc } = move;
  if (!doc.mail || doc.letters) return { move };
  const bound = await bindMail(desk, reading, doc, room);
  if (bound === 'later') return undefined;
  return bound ? { move: { ...move, doc: bound.doc }, bound } : { move: { doc, state: 'withdrawn', why: NOTHING_LEFT } };
}

/** What each end of a mail delivery says of its letters. */
const TOLD: { readonly [S in Delivery['state']]?: Letter['told'] } = {
  taken: 'told',
  typed: 'unknown',
  unknown: 'unknown',
  'draft-left': 'unknown',
  withdrawn: 'none',
  undeliverable: 'none',
};

/** Writes steps of deliveries of one line, the line, and what they mean for the letters of mail among them. `bounds`: mail that is settled with its claim. */
export async function stepped(
  desk: Desk,
  reading: Reading,
  recipient: Recipient,
  moves: readonly Move[],
  bounds: readonly Bound[] = [],
): Promise<Change> {
  const now = desk.clock.now();
  const change = moved(recipient, moves, now);
  if (!moves.some(({ doc }) => doc.mail)) return change;
  const draft = new Draft(reading);
  draft.add(change);
  for (const { doc, letters, text, more } of bounds) {
    draft.put(...letters.map((one) => ({ noun: 'letter' as const, doc: one })));
    draft.write(doc.id, { text });
    if (more) await ensureMail(desk, draft, doc.work, doc.rig, doc.to);
  }
  for (const move of moves) {
    const told = TOLD[move.state];
    if (move.doc.mail && told) await tell(draft, move, told, now);
  }
  return draft.change(undefined);
}

/** Notes in its letters what became of a delivery. Those that were put aside meanwhile stay as they are. */
async function tell(draft: Draft, { doc, state, why }: Move, told: Letter['told'], now: number): Promise<void> {
  const session = doc.claim?.session;
  for (const id of doc.letters ?? []) {
    const letter = await draft.get('letter', id);
    if (!letter || letter.delivery !== doc.id || letter.told === told || letter.told === 'told') continue;
    const at = told === 'told' ? { toldAt: now, ...(session && { session }) } : {};
    draft.put({ noun: 'letter', doc: { ...letter, told, ...at, ...(told !== 'told' && why && { why }) } });
    if (told === 'told') draft.say(injected(letter, doc, state));
  }
}

const injected = (letter: Letter, doc: Delivery, state: string): NewEvent => ({
  type: 'mail.injected',
  subject: letter.message,
  ...(doc.rig && { rig: doc.rig }),
  data: {
    box: letter.box,
    line: doc.work,
    delivery: doc.id,
    state,
    ...(doc.claim && { session: doc.claim.session, path: doc.claim.path }),
  },
});
