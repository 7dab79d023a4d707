import { isCurrent } from '#core/holder';
import { filled } from '#core/molecule/life';
import type { Molecule, Run, Step } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import type { Caller } from './ack.ts';
import { stale } from './take-step.ts';

/** A step as it was named: by its id, or by its id in the formula; without a name the one in the caller's hands. */
export type Which = { readonly caller?: Caller | undefined; readonly step?: string | undefined };

/** The step that is meant, its molecule, and the one at the top, that the work item has. */
export type Meant = { readonly step: Step; readonly own: Molecule; readonly root: Molecule; readonly run: Run | undefined };

/**
 * Finds the step that a call is about. A session names steps of its own item's molecule; a person any.
 * @returns SESSION_STALE or TOKEN_UNKNOWN for any session but the run's of now
 */
export async function whichStep(
  desk: Desk,
  reading: Pick<Reading, 'get'>,
  { caller, step: name }: Which,
): Promise<Meant | Refusal> {
  const run = caller ? await reading.get('run', caller.run) : undefined;
  if (caller && (!run || !isCurrent(run, caller.token))) return stale(caller, run);
  const work = run ? await reading.get('work', run.work) : undefined;
  const root = work?.molecule ? await reading.get('molecule', work.molecule) : undefined;
  if (run && !root) return refuse('STEPS_NONE', { id: run.work });
  if (name === undefined && root?.hand === undefined) {
    if (!root) return refuse('USAGE', { what: 'Which step?', hint: 'Name it: `gt mol step done <step>`.' });
    return refuse('STEP_NONE', {
      mol: root.id,
      waits: (await desk.steps.waits(root)).join('; ') || 'nothing: all steps are done',
    });
  }
  const id = name ?? root?.hand ?? '';
  const found = (await reading.get('step', id)) ?? (root ? await reading.get('step', `${root.id}.${id}`) : undefined);
  const step = found && filled(found);
  const own = step && (await reading.get('molecule', step.mol));
  const top = own && (own.step === undefined && own.under === undefined ? own : await desk.steps.root(own.id));
  if (!step || !own || !top || (root && top.id !== root.id))
    return refuse('STEP_UNKNOWN', {
      id,
      hint: root ? '`gt mol current` shows the one in your hands.' : '`gt mol status` shows them.',
    });
  return { step, own, root: root ?? (await reading.get('molecule', top.id)) ?? top, run };
}
