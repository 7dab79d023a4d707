import type { Change, NewEvent, Put } from './change.ts';
import { isFinal } from './derive.ts';
import { CONTEXT_BYTES, MAIL_BACKOFF_MAX_MS, NUDGE_ATTEMPTS, NUDGE_BACKOFF_MS, NUDGE_LINE } from './limits.ts';
import type { Delivery, Recipient } from './records.ts';
import { type Refusal, refuse } from './refusals.ts';

/**
 * The life of a delivery: one nudge to the agent of one work item, or to a lasting agent; or a handful of mails (mail.ts).
 *
 *   pending ──claimed by a hook, or for the terminal──▸ claimed ──▸ taken
 *      ▲                                                   ├──▸ not-sent ──may be tried again──▸ pending
 *      └───────────────────────────────────────────────────┤──▸ draft-left, unknown ──a prompt shows it──▸ taken
 *                                                          └──▸ typed, as a line, to a program whose screen never tells what it reads
 *   pending ──▸ expired, superseded, withdrawn, undeliverable (nobody was there)
 *
 * - One path wins: what a hook has claimed the terminal does not get, and the other way round. All of one agent is decided on one record, its line.
 * - Order: nobody claims a delivery while an earlier one to the same agent is pending or in other hands. Only `immediate` ones pass by.
 * - A claim that runs out without an outcome is `unknown`, never free again: the text may have arrived, and would arrive twice.
 * - What lies typed in the input keeps its claim while the terminal is asked again (there only Enter is pressed), and ends as draft-left.
 * - What is unknown is not tried again. A prompt that shows the text of what is unknown or was left proves it taken.
 */
type State = Delivery['state'];
export type Claim = NonNullable<Delivery['claim']>;

/** What comes of a claim. */
export type Outcome = { readonly state: Exclude<State, 'pending' | 'claimed' | 'undeliverable'>; readonly why?: string };

/** What may follow. `pending` after `claimed` is only ever written for what was certainly not sent. */
const FOLLOWS: { readonly [S in State]?: readonly State[] } = {
  pending: ['claimed', 'expired', 'superseded', 'withdrawn', 'undeliverable'],
  claimed: ['pending', 'claimed', 'taken', 'typed', 'not-sent', 'draft-left', 'unknown', 'expired', 'superseded', 'withdrawn'],
  'draft-left': ['taken'],
  unknown: ['taken'],
};

const HISTORY = 12;
const DOUBTFUL = 20;
const isDoubtful = (state: State): boolean => state === 'draft-left' || state === 'unknown';

/** One step of one delivery. */
export type Move = {
  readonly doc: Delivery;
  readonly state: State;
  readonly why?: string;
  readonly claim?: Claim;
  readonly notBefore?: number;
};

/** Writes steps of deliveries of one agent, and its line with them. @throws for a step that cannot follow: a fault of the caller */
export function moved(recipient: Recipient, moves: readonly Move[], now: number): Change {
  let to = recipient;
  const put: Put[] = [];
  const events: NewEvent[] = [];
  for (const move of moves) {
    const { doc, state, why } = move;
    if (!FOLLOWS[doc.state]?.includes(state)) throw new Error(`${doc.id} is ${doc.state}: it cannot become ${state}`);
    const next = stepped(move, now);
    put.push({ noun: 'delivery', doc: next });
    to = inLine(to, next);
    const path = (move.claim ?? doc.claim)?.path;
    const data = { work: doc.work, ...(path && { path }), ...(why && { why }) };
    events.push({ type: `delivery.${state.replace('-', '_')}`, subject: doc.id, rig: doc.rig, data });
  }
  return { put: [...put, { noun: 'recipient', doc: to }], events, answer: undefined };
}

function stepped({ doc, state, why, claim, notBefore }: Move, now: number): Delivery {
  const { claim: had, why: _why, notBefore: _before, ...rest } = doc;
  const path = (claim ?? had)?.path;
  const past = [...doc.history, { at: now, state, ...(path && { path }), ...(why && { why }) }];
  const next = { ...rest, state, history: past.slice(-HISTORY) } as Delivery;
  return {
    ...next,
    ...(claim && { claim }),
    ...(claim?.path === 'terminal' && { attempts: doc.attempts + 1 }),
    ...(why && { why }),
    ...(notBefore !== undefined && { notBefore }),
    ...(isFinal.delivery(next) && { endedAt: now }),
  };
}

function inLine(recipient: Recipient, doc: Delivery): Recipient {
  const doubtful = recipient.doubtful.filter((id) => id !== doc.id);
  if (isDoubtful(doc.state)) doubtful.push(doc.id);
  const line = recipient.line.flatMap((entry) => {
    if (entry.id !== doc.id) return [entry];
    if (isFinal.delivery(doc)) return [];
    const { path: _, ...rest } = entry;
    return [doc.claim ? { ...rest, path: doc.claim.path } : rest];
  });
  return { ...recipient, line, doubtful: doubtful.slice(-DOUBTFUL) };
}

/** Puts mail at the end of its agent's line: it waits for as long as it takes. */
export function postMail(recipient: Recipient, fresh: Delivery): { recipient: Recipient; event: NewEvent } {
  return {
    recipient: { ...recipient, line: [...recipient.line, { id: fresh.id, mail: true }] },
    event: {
      type: 'delivery.posted',
      subject: fresh.id,
      rig: fresh.rig,
      data: { work: fresh.work, mode: fresh.mode, mail: true },
    },
  };
}

/** An agent to whom nothing was said yet. */
export const nobodyYet = (work: string): Recipient => ({ id: work, line: [], doubtful: [] });

const passesBy = ({ mode, first }: Delivery): boolean => mode === 'immediate' || first !== undefined;

/** Puts a delivery at the end of its agent's line. @param older those in the line with the same key: pending ones give way, one at the terminal is called back */
export function post(
  recipient: Recipient,
  fresh: Delivery,
  text: string,
  older: readonly Delivery[],
  now: number,
): Change | Refusal {
  const why = `${fresh.id} took its place`;
  const away = older.filter((doc) => doc.state === 'pending').map((doc): Move => ({ doc, state: 'superseded', why }));
  if (recipient.line.length - away.length >= NUDGE_LINE && !fresh.first)
    return refuse('NUDGE_LINE_FULL', { to: fresh.to, count: NUDGE_LINE });
  const change = moved(recipient, away, now);
  const calledBack = older.filter((doc) => doc.claim?.path === 'terminal' && !doc.unwanted);
  const entry = { id: fresh.id, ...(fresh.key && { key: fresh.key }), ...(passesBy(fresh) && { immediate: true }) };
  const put = change.put.map((one): Put => {
    if (one.noun !== 'recipient') return one;
    return { noun: 'recipient', doc: { ...one.doc, line: [...one.doc.line, entry] } };
  });
  return {
    put: [
      { noun: 'delivery', doc: fresh },
      ...put,
      ...calledBack.map((doc): Put => ({ noun: 'delivery', doc: callBack(doc, 'superseded', fresh.id) })),
    ],
    text: [{ id: fresh.id, fields: { text } }],
    events: [
      ...(change.events ?? []),
      ...calledBack.map(
        (doc): NewEvent => ({ type: 'delivery.unwanted', subject: doc.id, rig: doc.rig, data: { by: fresh.id } }),
      ),
      { type: 'delivery.posted', subject: fresh.id, rig: fresh.rig, data: { work: fresh.work, mode: fresh.mode } },
    ],
    answer: undefined,
  };
}

/** It is at the terminal: whoever has it there tries to call it back. */
export const callBack = (doc: Delivery, as: 'superseded' | 'withdrawn', by: string): Delivery => ({
  ...doc,
  unwanted: { as, by },
});

/** Whether an agent does not want to be disturbed now: nudges wait, and all mail but that of priority 0. */
export const isQuiet = ({ dnd }: Recipient, now: number): boolean => dnd !== undefined && (dnd.until ?? now + 1) > now;

/** What is told all the same: the first prompt of a session, an answer that was asked for, and mail that is settled already. Of other mail what presses. */
export const passesQuiet = ({ first, key, mail, letters }: Delivery): boolean =>
  first !== undefined || key?.startsWith('answer') === true || (mail === true && letters !== undefined);

/** Which earlier delivery keeps this one from being claimed. */
export function blockedBy({ line }: Recipient, id: string): string | undefined {
  const at = line.findIndex((entry) => entry.id === id);
  return at <= 0 || line[at]?.immediate ? undefined : line[0]?.id;
}

/**
 * What a hook may take now, in order: the front of the line up to what is in other hands, to be typed, or too long for one hook. Those whose time is over are named
 * apart: they end in the same change. Mail whose letters are not settled yet comes last, since nobody knows how long it is; `room` bytes are left for it.
 */
export function forHook(
  recipient: Recipient,
  docs: ReadonlyMap<string, Delivery>,
  now: number,
): { take: Delivery[]; over: Delivery[]; room: number } {
  const take: Delivery[] = [];
  const over: Delivery[] = [];
  let left = CONTEXT_BYTES;
  const quiet = isQuiet(recipient, now);
  for (const { id } of recipient.line) {
    const doc = docs.get(id);
    if (doc?.state !== 'pending' || doc.first) break;
    if (doc.expiresAt <= now) {
      over.push(doc);
      continue;
    }
    if (quiet && !passesQuiet(doc) && !doc.mail) continue;
    if (doc.bytes > left) break;
    take.push(doc);
    if (doc.mail && !doc.letters) break;
    left -= doc.bytes;
  }
  return { take, over, room: left };
}

/** The step that an outcome of a claim is: what was not sent for certain is tried again, unless it is unwanted, late, or was tried often. */
export function settled(doc: Delivery, { state, why }: Outcome, now: number): Move {
  const because = why === undefined ? {} : { why };
  const notBefore = now + NUDGE_BACKOFF_MS * 2 ** Math.max(0, doc.attempts - 1);
  if (state === 'draft-left' && doc.claim && !doc.unwanted && doc.expiresAt > now && doc.attempts < NUDGE_ATTEMPTS)
    return { doc, state: 'claimed', claim: doc.claim, ...because, notBefore };
  if (doc.mail && state === 'expired') return { doc: { ...doc, round: (doc.round ?? 0) + 1 }, state: 'pending', ...because }; // the host has let it go untyped
  if (state !== 'not-sent') return { doc, state, ...because };
  if (doc.mail) return { doc, state: 'pending', ...because, notBefore: Math.min(notBefore, now + MAIL_BACKOFF_MAX_MS) };
  if (doc.unwanted) return { doc, state: doc.unwanted.as, why: `by ${doc.unwanted.by}` };
  if (doc.expiresAt <= now) return { doc, state: 'expired', ...because };
  if (doc.attempts >= NUDGE_ATTEMPTS) return { doc, state, ...because };
  return { doc, state: 'pending', ...because, notBefore };
}

/** Whether a claim has run out: then nothing is known. */
export const ranOut = (doc: Delivery, now: number): boolean => doc.state === 'claimed' && (doc.claim?.until ?? 0) <= now;
/** Whether a hook of a session that is over has it: an agent has one session at a time, and the tokens of earlier ones are not heard. */
export const isLeftBehind = ({ state, claim }: Delivery, session: string | undefined): boolean =>
  state === 'claimed' && claim?.path === 'hook' && session !== undefined && claim.session !== session;
export const LEFT_BEHIND = 'its session ended before it showed that it took it';
export const RAN_OUT = 'nobody reported what became of it';
