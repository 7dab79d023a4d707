import { moleculeText } from '#core/molecule/step-words';
import type { Show } from './command.ts';
import type { StepAnswer } from './wire-steps.ts';

/** What became of a step, and what is next, for whoever ended it. */
export function stepAnswerText({ step, again, molecule }: StepAnswer, { paint, quiet }: Show): string {
  if (quiet) return step.id;
  const { commit, file, note } = (step.evidence ?? {}) as { commit?: string; file?: string; note?: string };
  const proof = [commit?.slice(0, 10), file, note && `"${note}"`].filter((part) => part !== undefined).join(', ');
  const became = step.status === 'closed' ? `${again ? 'was' : 'is'} ${step.outcome}` : `is ${step.status}`;
  return [`${paint.bold(step.id)} ${became}${proof === '' ? '' : ` (${proof})`}.`, moleculeText(molecule)].join('\n\n');
}
