import { waitsFor } from '#core/gate';
import type { Gate } from '#core/records';
import { relativeTime } from '#core/relative-time';
import type { Books } from '#world/store/books';
import { gateLine } from './gates.ts';
import { type Reason, reason } from './reason.ts';
import { standsOf } from './step-stands.ts';

/** Needs that are told of at most. */
const MOST = 10;

/** What a gate waits for. */
export async function whyGate(books: Books, gate: Gate, now: number): Promise<Reason[]> {
  const { id } = gate;
  const { standing, todo } = gateLine(gate);
  if (gate.state === 'resolved' || gate.state === 'cancelled') return [reason('gate-ended', `Gate ${id} has ended.`, standing)];
  if (gate.state === 'denied') return [reason('gate-denied', `Needs you: gate ${id} was denied.`, standing, todo)];
  if (gate.state === 'waiting') {
    const [unmet = []] = await books.unmet(id);
    const needs = await whyUnmet(books, unmet, now);
    return [
      reason('gate-waiting', `Gate ${id} is not open yet.`, `its clock starts when ${unmet.join(', ') || 'nothing'} has closed`),
      ...needs,
    ];
  }
  const since = gate.openedAt === undefined ? '' : `open since ${relativeTime(gate.openedAt, now)}`;
  const due =
    gate.dueAt === undefined
      ? []
      : [gate.type === 'timer' ? `due ${relativeTime(gate.dueAt, now)}` : `too long ${relativeTime(gate.dueAt, now)}`];
  const look = gate.lookAt === undefined ? [] : [`looked at again ${relativeTime(gate.lookAt, now)}`];
  const evidence = [since, ...(gate.seen ? [gate.seen] : []), ...due, ...look].filter((part) => part !== '').join('; ');
  const person = todo !== null && gate.state === 'open';
  return [
    reason('gate', `${person ? 'Needs you: gate' : 'Gate'} ${id} (${gate.title}) waits for ${waitsFor(gate)}.`, evidence, todo),
  ];
}

/** Gates and steps that have not ended yet: of a gate, what it waits for in its turn. */
export async function whyUnmet(books: Books, unmet: readonly string[], now: number): Promise<Reason[]> {
  const shown = unmet.slice(0, MOST);
  const [gates, steps] = await Promise.all([books.readMany('gate', shown), books.readMany('step', shown)]);
  const stands = await standsOf(books, steps, now);
  const waits = steps.map(({ id, title }, at) => {
    const { says = '', todo = null } = stands[at] ?? {};
    return reason('needs', `It waits for ${id} (${title}).`, says, todo);
  });
  const left = unmet.length - shown.length;
  const more = left > 0 ? [reason('more', `And for ${left} more.`, 'they have not ended')] : [];
  return [...waits, ...(await Promise.all(gates.map((gate) => whyGate(books, gate, now)))).flat(), ...more];
}
