import { answered, escalate } from '#core/work';
import type { Desk } from '#world/desk';

const escalationOf = (subject: string): string => `hq-esc-${subject.replace(/[^\w.-]/g, '-')}`;

/** What it was about goes well again. */
export async function closeEscalation(desk: Desk, subject: string): Promise<void> {
  await desk.change(async (reading) => {
    const known = await reading.get('escalation', escalationOf(subject));
    const open = known && known.state !== 'closed';
    return { put: open ? [{ noun: 'escalation', doc: answered(known, desk.clock.now()) }] : [], answer: undefined };
  });
}

export async function openEscalation(desk: Desk, subject: string, cause: string, why: string): Promise<void> {
  const id = escalationOf(subject);
  await desk.change(async (reading) => {
    const doc = escalate(await reading.get('escalation', id), { id, subject, cause, why, severity: 'high' }, desk.clock.now());
    return {
      put: [{ noun: 'escalation', doc }],
      events: doc.count === 1 ? [{ type: 'escalation.opened', subject, data: { why } }] : [],
      answer: undefined,
    };
  });
}
