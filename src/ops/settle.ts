import type { Refusal } from '#core/refusals';
import { answered, escalationId } from '#core/work';
import type { Desk } from '#world/desk';

/** What a person was asked about goes well again: nobody is asked any more. Nothing happens when nobody was. */
export async function settle(desk: Desk, { subject, cause }: { subject: string; cause: string }): Promise<undefined | Refusal> {
  const id = escalationId(subject, cause);
  return desk.change(async (reading) => {
    const known = await reading.get('escalation', id);
    if (!known || known.state === 'closed') return { put: [], answer: undefined };
    return {
      put: [{ noun: 'escalation', doc: answered(known, desk.clock.now()) }],
      events: [{ type: 'escalation.closed', subject, data: { escalation: id } }],
      answer: undefined,
    };
  });
}
