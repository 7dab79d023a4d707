import { unchanged } from '#core/change';
import { gateQuestion } from '#core/gate-changes';
import type { Gate } from '#core/records';
import { orThrow } from '#core/refusals';
import type { Desk } from '#world/desk';

/** Makes the open questions about these gates urgent. Urgent ones stay as they are. */
export async function raiseGates(desk: Desk, gates: ReadonlyArray<Pick<Gate, 'id'>>): Promise<void> {
  for (const { id } of gates)
    orThrow(
      await desk.change(async (reading) => {
        const known = await reading.get('escalation', gateQuestion(id));
        if (!known || known.state === 'closed' || known.severity === 'high' || known.severity === 'critical')
          return unchanged(undefined);
        const doc = { ...known, severity: 'high' as const };
        const event = { type: 'escalation.raised', subject: id, data: { escalation: doc.id, severity: doc.severity } } as const;
        return { put: [{ noun: 'escalation', doc }], events: [event], answer: undefined };
      }),
    );
}
