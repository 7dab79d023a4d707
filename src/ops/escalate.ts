import type { Escalation } from '#core/records';
import type { Refusal } from '#core/refusals';
import { escalationId, escalate as opened } from '#core/work';
import type { Desk } from '#world/desk';

export type Question = {
  /** What it is about: a work item, a rig, a job. */
  readonly subject: string;
  readonly cause: string;
  readonly why: string;
  readonly severity?: Escalation['severity'];
  readonly rig?: string;
};

/** Opens a question to a person. The same cause about the same subject is one escalation, with a count. */
export async function escalate(
  desk: Desk,
  { subject, cause, why, severity = 'medium', rig }: Question,
): Promise<Escalation | Refusal> {
  const id = escalationId(subject, cause);
  return desk.change(async (reading) => {
    const known = await reading.get('escalation', id);
    const doc = opened(known, { id, subject, cause, why, severity }, desk.clock.now());
    const type = doc.count === 1 ? ('escalation.opened' as const) : ('escalation.repeated' as const);
    return {
      put: [{ noun: 'escalation', doc }],
      events: [
        { type, subject, ...(rig ? { rig } : {}), data: { escalation: id, cause, why: why.slice(0, 300), count: doc.count } },
      ],
      answer: doc,
    };
  });
}
