import { answerOf, over, takesAnswer, tooLate } from '#core/question';
import type { Escalation } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import type { Desk } from '#world/desk';

export type Answering = {
  readonly id: string;
  readonly words: string;
  /** The line of the agent that answers, where it is one. */
  readonly agent?: string;
};

/**
 * Answers a question, once. Its job tells the asker, or lets the host type it where a dialog asks: then the question is open until that was seen to be done.
 * @returns the question; QUESTION_UNKNOWN, QUESTION_IS_NONE, ANSWERED, QUESTION_EXPIRED, QUESTION_CLOSED, ANSWER_NOT_A_CHOICE, ANSWER_OWN, ANSWER_PERSONS
 */
export async function answer(desk: Desk, { id, words, agent }: Answering): Promise<Escalation | Refusal> {
  return desk.change(async (reading) => {
    const known = await reading.get('escalation', id);
    if (!known) return refuse('QUESTION_UNKNOWN', { id, hint: '`gt needs` shows all that waits for you.' });
    const now = desk.clock.now();
    const { asker, dialog, rig } = known;
    if (known.state === 'closed' || known.answer)
      return tooLate(known, relativeTime(known.answer?.at ?? known.closedAt ?? known.lastAt, now));
    if (!takesAnswer(known))
      return refuse('QUESTION_IS_NONE', {
        id,
        what: known.why.slice(0, 80),
        hint: `Mend its cause, or close it: \`gt escalate close ${id} --reason "…"\`.`,
      });
    if (agent !== undefined && agent === asker?.line) return refuse('ANSWER_OWN', { id });
    if (agent !== undefined && dialog) return refuse('ANSWER_PERSONS', { id });
    if (dialog?.todo)
      return refuse('QUESTION_IS_NONE', { id, what: known.why.slice(0, 80), hint: `Do this instead: \`${dialog.todo}\`.` });
    if (!dialog && known.expiresAt !== undefined && known.expiresAt <= now)
      return refuse('QUESTION_EXPIRED', { id, at: relativeTime(known.expiresAt, now), line: known.work ?? asker?.line ?? id });
    const said = answerOf(known, words);
    if (isRefusal(said)) return said;
    const by = desk.actor;
    const { failed: _, ...rest } = known;
    const given: Escalation = { ...rest, answer: { ...said, by, at: now }, lastAt: now };
    const doc = dialog ? given : over(given, 'answered', by, 'answered', now);
    return {
      put: [{ noun: 'escalation', doc }],
      events: [
        {
          type: 'question.answered',
          subject: id,
          ...(rig ? { rig } : {}),
          data: { by, text: said.text.slice(0, 200), ...(said.choice === undefined ? {} : { choice: said.choice }) },
        },
      ],
      answer: doc,
    };
  });
}
