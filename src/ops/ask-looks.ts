import { isByHand, kindOf } from '#core/gate-kinds';
import type { Gate } from '#core/records';
import { orThrow } from '#core/refusals';
import type { Desk } from '#world/desk';
import { changeGate } from './change-gate.ts';

/** Asks for a look at these gates now, of those that are open and can be looked at. @returns them, each with its state before the look */
export async function askLooks(desk: Desk, ids: readonly string[]): Promise<Gate[]> {
  const asked: Gate[] = [];
  for (const id of ids) {
    let before: Gate | undefined;
    orThrow(
      await changeGate(desk, id, (gate, _around, now) => {
        before = canLook(gate) ? gate : undefined;
        if (!before || kindOf(gate) === 'timer' || gate.watches !== undefined) return undefined;
        const { lookAt: _, ...rest } = gate;
        const doc: Gate = { ...rest, lookAsked: now };
        return { put: [{ noun: 'gate', doc }], answer: doc };
      }),
    );
    if (before) asked.push(before);
  }
  return asked;
}

/** Whether the worker can tell by itself that it is to open. */
export const canLook = (gate: Gate): boolean => gate.state === 'open' && !isByHand(gate);
