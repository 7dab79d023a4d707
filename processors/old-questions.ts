import { ENDED_KEPT_MS, PAGE, QUESTIONS_KEPT, QUESTIONS_KEPT_MS } from '#core/limits';
import { hasEnded, QUESTIONS_CLOSED } from '#core/question';
import type { Desk } from '#world/desk';

/** When a job has left the board for certain: asked again, a question may have the id of that job once more. */
const OFF_THE_BOARD_MS = 2 * ENDED_KEPT_MS;

/**
 * Drops escalations and questions that ended long ago, and the oldest where there are too many, with their details. An answer that its asker has not heard of
 * stays. One page a round.
 */
export async function dropQuestions(desk: Desk): Promise<void> {
  const over = (await desk.books.count(QUESTIONS_CLOSED)) - QUESTIONS_KEPT;
  const before = desk.clock.now() - (over > 0 ? OFF_THE_BOARD_MS : QUESTIONS_KEPT_MS);
  const ids = await desk.books.indexUntil(QUESTIONS_CLOSED, before, over > 0 ? Math.min(over, PAGE) : PAGE);
  if (ids.length === 0) return;
  await desk.change(async (reading) => {
    const docs = await Promise.all(ids.map((id) => reading.get('escalation', id)));
    const ended = docs.filter((doc) => doc !== undefined && hasEnded(doc));
    return { put: [], drop: ended.map((doc) => ({ noun: 'escalation' as const, id: doc?.id ?? '' })), answer: undefined };
  });
}
