import { type Edit, editStep, editWork } from '#core/bead';
import type { Change, Decision } from '#core/change';
import { TITLE_BYTES } from '#core/limits';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { tooLong } from './create-work.ts';

/** Changes an item or a step by hand. @returns its id; BEAD_UNKNOWN when there is neither */
export async function editBead(desk: Desk, id: string, edit: Edit): Promise<string | Refusal> {
  const title = edit.title?.trim();
  const size = new TextEncoder().encode(title ?? 'x').length;
  if (size === 0 || size > TITLE_BYTES || /\p{Cc}/u.test(title ?? '')) return refuse('TITLE_INVALID', { bytes: size });
  for (const [field, value] of Object.entries(edit.text ?? {})) {
    const long = tooLong(field, value);
    if (long) return long;
  }
  const whole = { ...edit, ...(title === undefined ? {} : { title }) };
  return desk.change<string>(async (reading) => {
    const work = await reading.get('work', id);
    if (work) return answered(editWork(work, whole, desk.clock.now()), id);
    const step = await reading.get('step', id);
    if (step) return answered(editStep(step, whole), id);
    return refuse('BEAD_UNKNOWN', { id, hint: '`bd list --all` shows all.' });
  });
}

/** The same change, answered by the id. */
function answered<A>(change: Change<A> | Refusal, id: string): Decision<string> {
  return isRefusal(change) ? change : { ...change, answer: id };
}
