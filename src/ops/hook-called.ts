import { type Claim, forHook, type Move, moved, nobodyYet } from '#core/delivery';
import { type Holder, holderNoun, isCurrent, lineOf } from '#core/holder';
import type { HookInput } from '#core/hook-words';
import { shortHash } from '#core/ids';
import { HOOK_CLAIM_MS, STOP_CLAIM_MS } from '#core/limits';
import type { Delivery, Recipient } from '#core/records';
import type { Refusal } from '#core/refusals';
import { shows } from '#core/spoken';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import { type Caller, stale } from './ack.ts';
import { moveDelivery } from './move-delivery.ts';

/** A hook of an agent's program has called: with context for the model, or at the end of a turn. */
export type HookCall = {
  readonly at: 'context' | 'stop';
  readonly input: HookInput;
  /** Whether what is claimed can be printed: a stop that may not be refused (again) only tells that the turn is over. */
  readonly mayPrint: boolean;
  /** Asked right before something is claimed: whether the caller is still there to print it. It stays until it has the answer then. */
  readonly hold?: () => boolean;
};

/** What the hook is to print. `owner` names this one claim. */
export type Fetched = {
  readonly owner: string;
  readonly deliveries: ReadonlyArray<{
    readonly id: string;
    readonly from: string;
    readonly createdAt: number;
    readonly text: string;
  }>;
};

/**
 * Hears a hook. In one change: what this call proves is written, what its agent has waiting is claimed by id, in order, and whether its turn is over is
 * noted.
 *
 * What counts as taken:
 * - Context (start, prompt, after a tool): programs hand it to the model with what they do next, so it is taken once it is printed (`delivered`).
 * - A refused stop: the program may pass over it. It is taken when the same session calls from within the turn that went on: after a tool, or by a stop
 *   that is not the first of its turn. Without such a call it runs out, and is unknown; at the first stop of another turn at once.
 * - Typed by the terminal: a prompt that shows the text proves it taken, whatever the screen said; also when that was unknown before.
 */
export async function hookCalled(desk: Desk, caller: Caller, call: HookCall): Promise<Fetched | Refusal> {
  const owner = `hook ${shortHash(desk.random(8), 8)}`;
  return desk.change(async (reading) => {
    const holder: Holder | undefined = await reading.get(holderNoun(caller.run), caller.run);
    if (!holder || !isCurrent(holder, caller.token)) return stale(holder, caller.session);
    const now = desk.clock.now();
    const known = (await reading.get('recipient', lineOf(holder))) ?? nobodyYet(lineOf(holder));
    const docs = await read(
      reading,
      known.line.map((entry) => entry.id),
    );
    const proven = await provenBy(desk, reading, known, docs, { ...call, session: caller.session });
    const ended = new Set(proven.map(({ doc }) => doc.id));
    const after: Recipient = { ...known, line: known.line.filter((entry) => !ended.has(entry.id)) };
    const { take: waiting, over } = call.mayPrint ? forHook(after, docs, now) : { take: [], over: [] };
    const texts = await Promise.all(waiting.map((doc) => desk.books.text(doc.id)));
    const take = waiting.length > 0 && call.hold?.() === false ? [] : waiting; // last of all: only the write is left
    const claim = claimOf(call, { owner, session: caller.session, now });
    const recipient = heard(known, caller.session, call.at === 'stop' && take.length === 0, now);
    const moves: Move[] = [
      ...proven,
      ...over.map((doc): Move => ({ doc, state: 'expired', why: 'its agent did not come to rest in time' })),
      ...take.map((doc): Move => ({ doc, state: 'claimed', claim })),
    ];
    const deliveries = take.map((doc, i) => ({
      id: doc.id,
      from: doc.from,
      createdAt: doc.createdAt,
      text: texts[i]?.['text'] ?? '',
    }));
    if (moves.length === 0 && recipient === known) return { put: [], answer: { owner, deliveries } };
    return { ...moved(recipient, moves, now), answer: { owner, deliveries } };
  });
}

/** The context of this claim is printed: its deliveries are taken. */
export async function delivered(desk: Desk, { owner, deliveries }: Fetched): Promise<void> {
  for (const { id } of deliveries)
    await moveDelivery(desk, id, (doc) =>
      doc.claim?.owner === owner && doc.state === 'claimed' ? { doc, state: 'taken' } : undefined,
    );
}

async function read(reading: Reading, ids: readonly string[]): Promise<Map<string, Delivery>> {
  const docs = new Map<string, Delivery>();
  for (const id of ids) {
    const doc = await reading.get('delivery', id);
    if (doc) docs.set(id, doc);
  }
  return docs;
}

type Told = HookCall & { readonly session: string };

async function provenBy(
  desk: Desk,
  reading: Reading,
  recipient: Recipient,
  docs: ReadonlyMap<string, Delivery>,
  call: Told,
): Promise<Move[]> {
  const claimed = [...docs.values()].filter((doc) => doc.claim?.session === call.session);
  const { tool, prompt, goesOn } = call.input;
  const inTurn = tool !== undefined || (call.at === 'stop' && goesOn !== false);
  const wentOn = inTurn ? claimed.filter((doc) => doc.claim?.moment === 'stop') : [];
  const passedOver = call.at === 'stop' && goesOn === false ? claimed.filter((doc) => doc.claim?.moment === 'stop') : [];
  if (prompt === undefined)
    return [
      ...wentOn.map((doc): Move => ({ doc, state: 'taken', why: 'its turn went on' })),
      ...passedOver.map((doc): Move => ({ doc, state: 'unknown', why: 'its turn did not go on' })),
    ];
  const doubtful = await read(reading, recipient.doubtful);
  const candidates = [...doubtful.values(), ...claimed.filter((doc) => doc.claim?.moment !== 'context')];
  const texts = await Promise.all(candidates.map((doc) => desk.books.text(doc.id)));
  const shown = candidates.filter((_, i) => shows(prompt, texts[i]?.['text'] ?? ''));
  return shown.map((doc) => ({ doc, state: 'taken', why: 'its prompt shows it' }));
}

function claimOf({ at }: HookCall, by: { owner: string; session: string; now: number }): Claim {
  const { owner, session, now } = by;
  return { path: 'hook', owner, session, moment: at, at: now, until: now + (at === 'stop' ? STOP_CLAIM_MS : HOOK_CLAIM_MS) };
}

/** Whose hooks call, and whether the turn is over. The same object when nothing is new: hooks call often, and mostly write nothing. */
function heard(recipient: Recipient, session: string, turnOver: boolean, now: number): Recipient {
  const { idle, ...rest } = recipient;
  const wasIdle = idle?.session === session;
  if (recipient.hooked === session && wasIdle === turnOver) return recipient;
  return { ...rest, hooked: session, ...(turnOver && { idle: wasIdle ? idle : { session, at: now } }) };
}
