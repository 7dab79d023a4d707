import { type Change, unchanged } from '#core/change';
import type { ProtoStep } from '#core/formula/proto';
import { TITLE_BYTES } from '#core/limits';
import type { Escalation, Molecule, Step, Work } from '#core/records';
import { closing } from '#core/work';
import { stepEvent } from './life.ts';
import { closedQuestion } from './retry.ts';

/**
 * A polecat's step: work of its own, slung in the commit that makes it, so that there is never a step without its work nor work without its step. The step ends
 * as its work ends; when it ends otherwise, the work that nobody has ends too.
 */
export function slungLeg(step: Step, texts: ProtoStep | undefined, mol: Molecule, id: string, now: number): Change<Work> {
  const agent = texts?.leg?.agent || mol.agent;
  const fields = Object.entries({
    description: texts?.description ?? '',
    acceptance: texts?.acceptance ?? '',
    notes: [texts?.notes ?? '', told(step, texts, mol)].filter((text) => text !== '').join('\n\n'),
  }).filter(([, text]) => text !== '');
  const work: Work = {
    id,
    generation: 1,
    rig: mol.rig,
    title: cut(`${step.title}`),
    type: 'task',
    status: 'hooked',
    priority: step.priority,
    labels: [...step.labels],
    createdAt: now,
    createdBy: mol.createdBy,
    updatedAt: now,
    deps: [],
    runs: 0,
    failures: 0,
    leg: { step: step.id, mol: mol.id, ...(texts?.leg?.review_only ? { review_only: true } : {}) },
    slungAt: now,
    ...(agent ? { agent } : {}),
  };
  const { failed: _failed, ...rest } = step;
  const doc: Step = { ...rest, status: 'in_progress', work: id, holder: { by: id, at: now } };
  return {
    put: [
      { noun: 'work', doc: work },
      { noun: 'step', doc },
    ],
    text: fields.length > 0 ? [{ id, fields: Object.fromEntries(fields) }] : [],
    events: [
      { type: 'work.created', subject: id, rig: mol.rig, data: { title: work.title.slice(0, 200), step: step.id } },
      { type: 'work.slung', subject: id, rig: mol.rig },
      stepEvent(doc, 'step.slung', { work: id }),
    ],
    answer: work,
  };
}

/** A leg's texts are written for whoever has it alone; those of a workflow's step for whoever has the whole molecule in hand. And why it is there again. */
function told({ key, failed }: Step, texts: ProtoStep | undefined, { id, formula }: Molecule): string {
  const alone = `This is step ${key} of ${id} (${formula}), as work of its own: hand it in with \`gt done\`, also where the text says \`gt mol step done\`.`;
  return [...(texts?.leg ? [] : [alone]), ...(failed ? [`Tried before: ${failed.reason}`] : [])].join('\n\n');
}

/** Whether a closed item has done what its step asked for: it landed, or its agent declared an outcome, or a person says that it is done. */
export const legDone = ({ closed }: Work): boolean =>
  closed !== undefined &&
  (closed.commit !== undefined ||
    closed.report !== undefined ||
    !/cancel|fail|wontfix|won't fix|reject|abandon/i.test(closed.reason));

/** Whether the step of a leg has ended, or is gone, while its work has not: cancelled with its molecule, skipped, burned. */
export const isLeft = ({ leg, status }: Work, step: Step | undefined): boolean =>
  leg !== undefined && status !== 'closed' && (step === undefined || step.status === 'closed');

/**
 * The item of a leg that nobody waits for any more is closed as cancelled; what an agent or the refinery has goes on until it comes back. What agents made of
 * it before stays reachable, as with every item that closes. @param question what a person is asked about the item
 */
export function leftBehind(work: Work, step: Step | undefined, question: Escalation | undefined, now: number): Change<Work> {
  if (!isLeft(work, step) || work.run || work.merge) return unchanged(work);
  const { outcome = 'dropped', reason = '' } = step?.closed ?? {};
  const why = `cancelled: ${work.leg?.step} was ${outcome}${reason === '' ? '' : ` (${reason.slice(0, 200)})`}`;
  const { doc, settle } = closing(work, { at: now, reason: why });
  return {
    put: [{ noun: 'work', doc }, ...closedQuestion(question, now)],
    settle,
    events: [{ type: 'work.closed', subject: work.id, rig: work.rig, data: { reason: why } }],
    answer: doc,
  };
}

/** A title that items may have: shorter than a step's may be. */
function cut(title: string): string {
  const plain = title.replace(/\p{Cc}+/gu, ' ').trim() || 'a step';
  let text = plain.slice(0, TITLE_BYTES);
  while (new TextEncoder().encode(text).length > TITLE_BYTES) text = text.slice(0, -1);
  return text;
}
