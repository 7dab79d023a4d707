import { askedAgain, ended } from '#core/gate-changes';
import { isByHand } from '#core/gate-kinds';
import type { Gate } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import { changeGate } from './change-gate.ts';

export type Verdict = {
  readonly id: string;
  readonly says: 'approve' | 'deny' | 'reopen';
  readonly reason: string;
  /** An agent's session calls, of this run. */
  readonly agent?: { readonly run: string };
};

/**
 * Somebody's word on a gate. A person may say it of any gate that has not ended; of a denied one too: approved after all, or asked again. An agent opens no gate
 * that waits for a person, and none that keeps back its own work: it would be its own judge. The same word again answers as before.
 * @returns the gate, or a refusal: GATE_UNKNOWN, GATE_IS_NONE for another record, GATE_ENDED, GATE_PERSONS, GATE_OWN
 */
export async function judgeGate(desk: Desk, { id, says, reason, agent }: Verdict): Promise<Gate | Refusal> {
  const answer = await changeGate(desk, id, async (gate, around, now, reading) => {
    const not = agent && (await notForAgent(desk, gate, agent.run, reading));
    if (not) return not;
    const over = gate.state === 'resolved' || gate.state === 'cancelled';
    const same = says === 'approve' && gate.state === 'resolved';
    if (over && !same) return refuse('GATE_ENDED', { id, state: gate.state, reason: gate.ended?.reason ?? '' });
    if (says === 'reopen') return gate.state === 'denied' ? askedAgain(gate, around, now) : undefined;
    return ended(gate, around, { as: says === 'approve' ? 'resolved' : 'denied', by: desk.actor, reason }, now);
  });
  return answer ?? noGate(desk, id);
}

async function notForAgent(desk: Desk, gate: Gate, run: string, reading: Reading): Promise<Refusal | undefined> {
  const { id } = gate;
  const kept = gate.type === 'mail' ? false : isByHand(gate);
  if (kept) return refuse('GATE_PERSONS', { id });
  const [own, steps] = await Promise.all([reading.get('run', run), desk.books.readMany('step', gate.blocks)]);
  if (own === undefined || gate.blocks.includes(own.work)) return refuse('GATE_OWN', { id });
  const inside = new Set([...(gate.mol ? [gate.mol] : []), ...steps.map(({ mol }) => mol)]);
  const tops = await Promise.all([...inside].map((mol) => desk.steps.root(mol)));
  return tops.some((top) => top?.work === own.work) ? refuse('GATE_OWN', { id }) : undefined;
}

/** The refusal of an id that is no gate's. */
export async function noGate(desk: Desk, id: string): Promise<Refusal> {
  for (const noun of ['work', 'step', 'molecule', 'run', 'merge'] as const)
    if (await desk.books.read(noun, id)) return refuse('GATE_IS_NONE', { id, noun: NAMES[noun] });
  return refuse('GATE_UNKNOWN', { id, hint: '`gt gate list --all` shows all.' });
}

const NAMES = { work: 'work item', step: 'step', molecule: 'molecule', run: 'run', merge: 'merge request' } as const;

/** Adds somebody to those who want to hear of its end; again it changes nothing. */
export async function addWaiter(desk: Desk, { id, waiter }: { id: string; waiter: string }): Promise<Gate | Refusal> {
  const answer = await changeGate(desk, id, (gate) => {
    if (gate.waiters.includes(waiter)) return undefined;
    if (gate.state === 'resolved' || gate.state === 'cancelled')
      return refuse('GATE_ENDED', { id, state: gate.state, reason: gate.ended?.reason ?? '' });
    const doc = { ...gate, waiters: [...gate.waiters, waiter].slice(-WAITERS) };
    return { put: [{ noun: 'gate', doc }], answer: doc };
  });
  return answer ?? noGate(desk, id);
}

/** Kept at most. */
const WAITERS = 100;
