import type { Change } from './change.ts';
import { stepEvent } from './molecule/life.ts';
import type { Step, Work } from './records.ts';
import { type Refusal, refuse } from './refusals.ts';

/** What a person or an agent changes of an item or a step by hand. */
export type Edit = {
  readonly title?: string;
  readonly status?: string;
  /** 0 to 4. */
  readonly priority?: number;
  /** Empty: nobody's. */
  readonly assignee?: string;
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
  readonly setLabels?: readonly string[];
  /** Long text by field; an empty text clears it. */
  readonly text?: Readonly<Record<string, string>>;
};

/** Statuses that a person may give an item that nobody has. The others come about by what is done. */
const BY_HAND = ['open', 'blocked', 'deferred', 'pinned'] as const;

/** An item changed by hand. Its status only while neither a run nor the refinery has it: what is at work is not put aside by a word. */
export function editWork(work: Work, edit: Edit, now: number): Change<Work> | Refusal {
  const { status } = edit;
  const moved = status !== undefined && status !== work.status;
  if (moved && !isByHand(status)) return refuse('STATUS_BY_DEED', { id: work.id, status, hint: deedFor(status, work.id) });
  if (moved && work.status === 'closed') return refuse('WORK_CLOSED', { id: work.id, reason: work.closed?.reason ?? 'closed' });
  if (moved && (work.run ?? work.merge)) return refuse('WORK_TAKEN', { id: work.id, holder: work.run ?? work.merge ?? '' });
  const { want, assignee: _, ...rest } = work as Work & { assignee?: string };
  const assignee = edit.assignee ?? (work as { assignee?: string }).assignee;
  const doc: Work = {
    ...rest,
    ...plain(edit),
    labels: labelsAfter(work.labels, edit),
    // An item that is put aside wants no slot.
    ...(want && !moved ? { want } : {}),
    ...(moved && isByHand(status) ? { status } : {}),
    ...(assignee ? { assignee } : {}),
    updatedAt: now,
  };
  return {
    put: [{ noun: 'work', doc }],
    text: textOf(work.id, edit),
    events: [{ type: 'work.updated', subject: work.id, rig: work.rig, data: { fields: fieldsOf(edit) } }],
    answer: doc,
  };
}

/** A step changed by hand: what it says, not how far it is; that comes about by what is done. */
export function editStep(step: Step, edit: Edit): Change<Step> | Refusal {
  const { status } = edit;
  if (status !== undefined && status !== step.status)
    return refuse('STATUS_BY_DEED', { id: step.id, status, hint: deedFor(status, step.id) });
  if (step.status === 'closed') return refuse('STEP_CLOSED', { id: step.id, outcome: step.closed?.outcome ?? 'closed' });
  const { assignee: _, ...rest } = step;
  const assignee = edit.assignee ?? step.assignee;
  const doc: Step = { ...rest, ...plain(edit), labels: labelsAfter(step.labels, edit), ...(assignee ? { assignee } : {}) };
  return {
    put: [{ noun: 'step', doc }],
    text: textOf(step.id, edit),
    events: [stepEvent(step, 'step.updated', { fields: fieldsOf(edit) })],
    answer: doc,
  };
}

const isByHand = (status: string | undefined): status is (typeof BY_HAND)[number] => BY_HAND.includes(status as never);

function deedFor(status: string, id: string): string {
  if (status === 'closed') return `Close it: \`bd close ${id}\`.`;
  if (status === 'hooked' || status === 'in_progress')
    return `Give it to an agent: \`gt sling ${id}\`; a step is taken by whose turn it is.`;
  return `Take one of: ${BY_HAND.join(', ')}.`;
}

const plain = ({ title, priority }: Edit) => ({
  ...(title === undefined ? {} : { title }),
  ...(priority === undefined ? {} : { priority }),
});

function labelsAfter(labels: readonly string[], { addLabels = [], removeLabels = [], setLabels }: Edit): string[] {
  return [...new Set([...(setLabels ?? labels), ...addLabels])].filter((label) => !removeLabels.includes(label)).sort();
}

const textOf = (id: string, { text }: Edit) => (text && Object.keys(text).length > 0 ? [{ id, fields: text }] : []);

const fieldsOf = ({ text, ...edit }: Edit): string[] => [...Object.keys(edit), ...Object.keys(text ?? {})];
