import { nobodyYet, post } from '#core/delivery';
import { isAgentId } from '#core/holder';
import { shortHash } from '#core/ids';
import { NUDGE_EXPIRES_MS, TEXT_BYTES } from '#core/limits';
import type { Delivery } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { fitForTerminal, headOf } from '#core/spoken';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';

export type Nudge = {
  /** The address as it was written, and whose agent it came down to: the id of a work item, or of a lasting agent. */
  readonly to: string;
  readonly work: string;
  readonly text: string;
  readonly mode: Delivery['mode'];
  readonly key?: string;
  /** The session whose first prompt it is: typed before anything else, also before its agent has said hello. */
  readonly first?: string;
  /** ms from now */
  readonly expiresIn?: number;
};

export type Nudged = {
  readonly id: string;
  readonly to: string;
  readonly work: string;
  readonly mode: Delivery['mode'];
  readonly expiresAt: number;
  /** Control characters that were taken out, and whether a word was put before what looked like a command. */
  readonly removed: number;
  readonly prefixed: boolean;
};

const ID_LENGTH = 6;
const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** Writes down what is to be said to an agent; its job sees to the rest. */
export async function nudge(desk: Desk, input: Nudge): Promise<Nudged | Refusal> {
  const written = bytes(input.text);
  if (written > TEXT_BYTES) return refuse('NUDGE_TOO_LARGE', { bytes: written, limit: TEXT_BYTES });
  const { text, removed, prefixed } = fitForTerminal(input.text);
  if (text === '')
    return refuse('USAGE', { what: 'The nudge is empty.', hint: 'Say something: `gt nudge <agent> "are you stuck?"`.' });
  const { to, work: id, mode, key, first } = input;
  if (key !== undefined && !/^[^\x00-\x1f\x7f]{1,100}$/.test(key))
    return refuse('USAGE', {
      what: 'That cannot be a key.',
      hint: 'Take a word or two, 100 characters at most: `--key review`.',
    });
  return desk.change(async (reading) => {
    const rig = isAgentId(id) ? await rigOfAgent(id, reading) : await rigOfWork(id, reading);
    if (typeof rig !== 'string') return rig;
    const recipient = (await reading.get('recipient', id)) ?? nobodyYet(id);
    const older: Delivery[] = [];
    for (const entry of recipient.line) {
      const doc = key !== undefined && entry.key === key ? await reading.get('delivery', entry.id) : undefined;
      // First prompts and what people say take no place of each other.
      if (doc && (doc.first === undefined) === (first === undefined)) older.push(doc);
    }
    const now = desk.clock.now();
    const fresh: Delivery = {
      id: await freeId(desk, reading),
      to,
      work: id,
      rig,
      from: desk.actor,
      bytes: bytes(text),
      head: headOf(text),
      mode,
      ...(key !== undefined && { key }),
      ...(first !== undefined && { first }),
      createdAt: now,
      expiresAt: now + (input.expiresIn ?? NUDGE_EXPIRES_MS),
      state: 'pending',
      attempts: 0,
      history: [],
    };
    const change = post(recipient, fresh, text, older, now);
    if (isRefusal(change)) return change;
    return { ...change, answer: { id: fresh.id, to, work: id, mode, expiresAt: fresh.expiresAt, removed, prefixed } };
  });
}

async function rigOfWork(id: string, reading: Reading): Promise<string | Refusal> {
  const work = await reading.get('work', id);
  if (!work) return refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });
  if (work.status === 'closed') return refuse('WORK_CLOSED', { id, reason: work.closed?.reason ?? 'closed' });
  if (!work.run && work.status !== 'hooked' && work.status !== 'in_progress')
    return refuse('NUDGE_NOBODY', { id, status: work.status });
  return work.rig;
}

/** An agent that lasts is spoken to also while it is away: it may be back before the word has lost its point. */
async function rigOfAgent(id: string, reading: Reading): Promise<string | Refusal> {
  const agent = await reading.get('agent', id);
  if (!agent) return refuse('AGENT_UNKNOWN', { agent: id, hint: '`gt agents list` shows all.' });
  return agent.rig;
}

async function freeId(desk: Desk, reading: Reading): Promise<string> {
  for (let length = ID_LENGTH; ; length++) {
    const id = `dl-${shortHash(desk.random(length), length)}`;
    if (!(await reading.get('delivery', id))) return id;
  }
}
