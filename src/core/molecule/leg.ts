import type { Change } from '#core/change';
import type { ProtoStep } from '#core/formula/proto';
import { TITLE_BYTES } from '#core/limits';
import type { Molecule, Step, Work } from '#core/records';
import { isRefusal } from '#core/refusals';
import { createWork, sling } from '#core/work';
import { type StepEnd, stepEvent } from './life.ts';

/**
 * A polecat's step: a leg of a convoy, or a step that is fanned out. It is a work item of its own, on the hook from its first moment, and noted in the step in
 * the commit that makes it; so however often that is tried, there is one. The step ends as its item does. Opened again after it failed, it gets another item.
 */

/** What is next for such a step. @param work the item that it notes */
export type LegMove =
  | { readonly do: 'make' }
  | { readonly do: 'await'; readonly work: Work }
  | { readonly do: 'end'; readonly end: StepEnd }
  | { readonly do: 'fail'; readonly reason: string };

/** Decides it. Only what landed, or was declared with a report, is done. */
export function nextForLeg(step: Step, work: Work | undefined): LegMove {
  if (step.work === undefined || step.status === 'open') return { do: 'make' };
  if (!work) return { do: 'fail', reason: `its work item ${step.work} is gone` };
  const { id, closed } = work;
  if (work.status !== 'closed') return { do: 'await', work };
  if (!closed?.commit && !closed?.report)
    return { do: 'fail', reason: `${id} was closed with nothing to show: ${closed?.reason ?? 'nobody said why'}` };
  const evidence = { work: id, ...(closed.commit ? { commit: closed.commit } : {}) };
  return { do: 'end', end: { outcome: 'done', reason: `${id}: ${closed.reason}`, evidence } };
}

/** The item's record with its texts, and the step that notes it. `id` is free; `plan` is the step in the molecule's plan. */
export function makeLeg(
  step: Step,
  mol: Molecule,
  plan: ProtoStep,
  { id, actor }: { id: string; actor: string },
  now: number,
): Change<Step> {
  const { description, acceptance, notes } = plan;
  const agent = plan.leg?.agent || mol.agent || undefined;
  const item = {
    id,
    rig: mol.rig,
    title: oneLine(step.title || step.key),
    type: step.type === 'epic' ? 'task' : step.type,
    priority: step.priority,
    labels: step.labels,
    deps: [],
    ...(agent ? { agent } : {}),
    text: Object.fromEntries(
      Object.entries({ description, acceptance, notes: told(step, mol, notes) }).filter(([, text]) => text !== ''),
    ),
  };
  const made = createWork(item, [], actor, now);
  const slung = sling(made.answer, agent, now);
  // A new item is open, and nobody has it.
  if (isRefusal(slung)) throw new Error(`${id}: ${slung.refused}`);
  const { failed: _failed, ...rest } = step;
  const doc: Step = { ...rest, status: 'in_progress', work: id, attempts: step.attempts + 1 };
  return {
    put: [
      { noun: 'work', doc: { ...slung.answer, leg: { step: step.id, mol: mol.id } } },
      { noun: 'step', doc },
    ],
    text: made.text ?? [],
    events: [...(made.events ?? []), ...(slung.events ?? []), stepEvent(doc, 'step.slung', { work: id })],
    answer: doc,
  };
}

/** What its agent must know besides: texts of formulas are written for whoever has the whole molecule in hand. */
function told(step: Step, mol: Molecule, notes: string): string {
  const of = `This is step ${step.key} of ${mol.id} (${mol.formula}), as work of its own. It is closed when this item is: hand in with \`gt done\`, also where the text says \`gt mol step done\`.`;
  const before = step.failed ? `Tried before: ${step.failed.reason}` : '';
  return [notes, of, before].filter((part) => part !== '').join('\n\n');
}

/** A step's title as an item may have it: no control characters, not too long. */
function oneLine(title: string): string {
  const plain = title.replace(/\p{Cc}+/gu, ' ').trim();
  const bytes = new TextEncoder().encode(plain);
  return bytes.length <= TITLE_BYTES ? plain : new TextDecoder().decode(bytes.subarray(0, TITLE_BYTES)).replace(/\uFFFD+$/, '');
}
