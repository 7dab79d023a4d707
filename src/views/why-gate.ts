import { waitsFor } from '#core/gate';
import type { Gate, Step } from '#core/records';
import { relativeTime } from '#core/relative-time';
import type { Books } from '#world/store/books';
import { gateLine } from './gates.ts';
import { type Reason, reason } from './reason.ts';

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

/** What keeps a step back. */
export async function whyStep(books: Books, step: Step, now: number): Promise<Reason[]> {
  if (step.status === 'closed')
    return [reason('closed', `${step.id} is closed.`, `${step.closed?.outcome ?? 'done'}: ${step.closed?.reason ?? ''}`)];
  const [unmet = []] = await books.unmet(step.id);
  const needs = await whyUnmet(books, unmet, now);
  if (step.status !== 'failed') return needs;
  return [
    reason('step-failed', `Needs you: ${step.id} failed.`, step.failed?.reason ?? '', `gt mol step retry ${step.id}`),
    ...needs,
  ];
}

/** Gates and steps that have not ended yet: of a gate, what it waits for in its turn. */
export async function whyUnmet(books: Books, unmet: readonly string[], now: number): Promise<Reason[]> {
  const [gates, steps] = await Promise.all([books.readMany('gate', unmet), books.readMany('step', unmet)]);
  const waits = steps.map(({ id, title, status }) =>
    reason('needs', `It waits for ${id}.`, `${id} (${title}) is ${status.replace('_', ' ')}`, `gt why ${id}`),
  );
  return [...waits, ...(await Promise.all(gates.map((gate) => whyGate(books, gate, now)))).flat()];
}
