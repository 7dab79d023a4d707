import { gtFor } from '#core/agent-words';
import type { Decision } from '#core/change';
import { addressOf } from '#core/holder';
import { FIRST_WORDS_BYTES } from '#core/limits';
import type { Agent } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import { settle } from './settle.ts';
import { vacate } from './vacate.ts';

/** Who is wanted: an agent that lasts, by its id and place, and what is asked of its session. */
export type Wish = Pick<Agent, 'id' | 'role' | 'rig' | 'name' | 'dir'> & {
  readonly branch?: string | undefined;
  /** The preset by name; without one the settings say, or what was said before. */
  readonly agent?: string | undefined;
  /** What it is told first. */
  readonly first?: string | undefined;
  /** Its next session goes on with the conversation of the last one. */
  readonly goOn?: boolean | undefined;
};

/** What became of a wish. `already`: it was wanted before, and nothing is new. */
export type Wanted = { readonly agent: Agent; readonly already: boolean };

/**
 * Wants a lasting agent: its record is made when there is none, and its job sees to the session. Whoever is broken or killed, or sleeps without a session, is started again. First words
 * for one that is there already are refused: it is spoken to instead.
 */
export async function wantAgent(desk: Desk, wish: Wish): Promise<Wanted | Refusal> {
  const { first } = wish;
  if (first !== undefined && new TextEncoder().encode(first).length > FIRST_WORDS_BYTES)
    return refuse('USAGE', { what: 'That is too long to be said first.', hint: 'Put it into a file, and name the file.' });
  const wanted = await desk.change<Wanted>((reading) => want(desk, wish, reading));
  // Whoever starts it again has seen to it.
  if (!isRefusal(wanted) && !wanted.already) await settle(desk, { subject: wish.id, cause: CRASH_LOOP });
  return wanted;
}

/** Cause of the escalation of an agent that is not started again. */
export const CRASH_LOOP = 'crash_loop';

async function want(desk: Desk, wish: Wish, reading: Reading): Promise<Decision<Wanted>> {
  const { first, goOn, agent: preset } = wish;
  const known = await reading.get('agent', wish.id);
  const at = desk.clock.now();
  const isThere = known?.session !== undefined && known.session.exit === undefined;
  if (known?.wanted && isThere && first !== undefined) return refuse('AGENT_THERE', { agent: addressOf(known) });
  if (known?.wanted && isThere && preset !== undefined && preset !== known.using)
    return refuse('AGENT_OTHER', {
      agent: addressOf(known),
      using: known.using ?? '?',
      restart: `${gtFor(known, 'restart')} --agent ${preset}`,
    });
  const other = preset !== undefined && preset !== known?.agent;
  const sleepsAway = known?.asleep !== undefined && !isThere;
  const stands = known?.wanted !== undefined && !known.broken && !known.killed && !known.removed && !sleepsAway;
  if (known && stands && !other && first === undefined && (isThere || goOn !== true) && known.notBefore === undefined) {
    // One whose program could not be started is tried again at once: whoever asks may have mended that.
    const { waits, ...rest } = known;
    const isUnfit = waits?.todo !== undefined && !(isThere && known.session?.pid !== undefined);
    return isUnfit ? wanted(rest) : { put: [], answer: { agent: known, already: true } };
  }
  const doc: Agent = {
    ...fresh(known ?? made(wish, desk.actor, at)),
    wanted: known?.wanted && stands ? known.wanted : { at, by: desk.actor },
    // A session that is just being ended stays ended, and is no crash.
    ...(isThere && !stands
      ? { cycle: { at, by: desk.actor, why: 'start', session: known?.session?.id ?? '', hurry: true } }
      : {}),
    ...(preset === undefined ? {} : { agent: preset }),
    ...(wish.branch === undefined ? {} : { branch: wish.branch }),
    ...(first === undefined ? {} : { first: { text: first, by: desk.actor, at } }),
    ...(goOn ? { goOn } : {}),
  };
  return wanted(doc, preset);
}

function wanted(doc: Agent, preset?: string): Decision<Wanted> {
  const rig = doc.rig === '' ? {} : { rig: doc.rig };
  const event = { type: 'agent.wanted', subject: doc.id, ...rig, data: preset === undefined ? {} : { agent: preset } } as const;
  return { put: [{ noun: 'agent', doc }], events: [event], answer: { agent: doc, already: false } };
}

/** Makes the record of a crew member or dog, whom nobody wants yet. AGENT_EXISTS when there is one. */
export async function addAgent(desk: Desk, wish: Wish): Promise<Agent | Refusal> {
  // Who removed the one before may have been cut off.
  const before = await desk.books.read('agent', wish.id);
  if (before?.removed) await vacate(desk, before);
  return desk.change<Agent>(async (reading) => {
    const known = await reading.get('agent', wish.id);
    if (known && !known.removed) return refuse('AGENT_EXISTS', { agent: addressOf(known), attach: gtFor(known, 'attach') });
    const at = desk.clock.now();
    const doc: Agent = {
      ...fresh(known ?? made(wish, desk.actor, at)),
      ...(wish.agent === undefined ? {} : { agent: wish.agent }),
      ...(wish.branch === undefined ? {} : { branch: wish.branch }),
      createdAt: at,
      createdBy: desk.actor,
    };
    const rig = doc.rig === '' ? {} : { rig: doc.rig };
    return { put: [{ noun: 'agent', doc }], events: [{ type: 'agent.added', subject: doc.id, ...rig }], answer: doc };
  });
}

/** A record as that of one who is started by somebody: what held it back is gone, and its next session begins a conversation. */
function fresh(agent: Agent): Agent {
  const {
    broken: _broken,
    killed: _killed,
    asleep,
    removed: _removed,
    notBefore: _pause,
    waits: _waits,
    goOn: _goOn,
    first: _first,
    ...rest
  } = agent;
  const isThere = rest.session !== undefined && rest.session.exit === undefined;
  return { ...rest, ...(asleep && isThere ? { asleep } : {}), deaths: 0, diedAt: [] };
}

const made = ({ id, role, rig, name, dir }: Wish, createdBy: string, createdAt: number): Agent => ({
  id,
  generation: 1,
  role,
  rig,
  name,
  dir,
  createdAt,
  createdBy,
  sessions: 0,
  deaths: 0,
  diedAt: [],
});
