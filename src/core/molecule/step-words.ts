import { oneLine, sanitise } from '#core/nudge-text';
import type { Gate, Step } from '#core/records';

/** A step as whoever works it is told of it: all of it, and nothing of the ones before it. */
export type StepTold = {
  readonly id: string;
  /** Its id in the formula. */
  readonly key: string;
  readonly mol: string;
  readonly formula: string;
  /** Its number, and of how many; steps that closed count. */
  readonly n: number;
  readonly of: number;
  readonly title: string;
  readonly description: string;
  readonly acceptance: string;
  readonly notes: string;
  /** What must end with 0 before it is closed. */
  readonly check: string | null;
  /** It failed so many times. */
  readonly failures: number;
  /** The session that has it. */
  readonly session: string | null;
};

/** How an agent stands in its molecule. */
export type MoleculeTold = {
  readonly id: string;
  readonly formula: string;
  readonly title: string;
  readonly step: StepTold | null;
  /** Nothing is left to do but to hand in. */
  readonly complete: boolean;
  /** Each step has a session of its own. */
  readonly fresh: boolean;
  /** This session has done its step, and is to leave. */
  readonly leave: boolean;
  /** What it waits for, when there is no step to work. */
  readonly waits: readonly string[];
  /** Nobody has a step in hand, and this one is ready for whoever works it. */
  readonly next: { readonly id: string; readonly title: string } | null;
  /** It is a person who is told, and who is not asked to work it. */
  readonly person?: boolean;
};

/** `step 6 of 9: clean-up: Clean up`. */
export const stepHeading = ({ n, of, key, title }: StepTold): string =>
  `step ${n} of ${of}: ${key}${title === '' || title === key ? '' : `: ${oneLine(title)}`}`;

/** What proves that a step is done, in words. */
const EVIDENCE =
  'What proves it: a commit that you made since it was handed to you. Where it makes none, say `--file PATH`, `--commit SHA` or `--note "what you did and found"`.';

/** A step's texts as its formula has them. */
function stepText({ description, acceptance, notes, check }: StepTold): string {
  const parts = [sanitise(description), titled('acceptance', acceptance), titled('notes', notes)];
  if (check !== null) parts.push(`A check is run before it is closed, and must end with 0: ${sanitise(check)}`);
  return parts.filter((part) => part !== '').join('\n\n');
}

const titled = (name: string, text: string): string => (text === '' ? '' : `## ${name}\n${sanitise(text)}`);

const noneForAgent = ({ id, complete, next, waits }: MoleculeTold): string =>
  complete
    ? `All steps of ${id} are done: run \`gt done\`, then leave.`
    : next
      ? `${next.id} is ready: \`gt hook\` hands it to you.`
      : `No step of ${id} is ready. It waits for: ${waits.map(oneLine).join('; ') || 'what `gt why` says'}. You are told when one is; end your turn.`;

const noneForPerson = ({ id, complete, next, waits }: MoleculeTold): string =>
  complete
    ? `Nothing is left to do in ${id}.`
    : next
      ? `Next: ${next.id}${next.title === '' ? '' : ` (${next.title})`}`
      : `No step of ${id} is ready. It waits for: ${waits.map(oneLine).join('; ') || 'what `gt why` says'}.`;

/** What a session is told of its molecule: the step in its hands, or why there is none. */
export function moleculeText(told: MoleculeTold): string {
  const { id, step, fresh } = told;
  if (told.leave) return `Your step of ${id} is done. The next one has a session of its own: leave now.`;
  if (!step) return told.person ? noneForPerson(told) : noneForAgent(told);
  const after = fresh ? 'Then leave: the next one has a session of its own.' : 'It prints the next one.';
  return [
    `Molecule ${id} (${oneLine(step.formula)}), ${stepHeading(step)}`,
    ...(step.failures > 0 ? [`It failed ${step.failures} ${step.failures === 1 ? 'time' : 'times'} before.`] : []),
    stepText(step),
    told.person
      ? ''
      : `Do this step and no other, then close it with \`gt mol step done\`. ${after} ${EVIDENCE} When it cannot be done: \`gt mol step fail --reason "why"\`.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What a step whose needs are met, or that failed, keeps others waiting with; undefined when it is an agent's to take. */
export function holdsBack(step: Step, now: number): string | undefined {
  const { key } = step;
  if (step.status === 'failed') return `${key}, which failed and needs you: ${step.failed?.reason ?? ''}`;
  if (step.waits && !step.waits.met) return `${key}, which waits for what ${step.waits.spawner} makes`;
  if (step.worked)
    return `${key}, whose work is done and ${step.after === 'fan-out' ? 'whose molecules run' : 'is being checked'}`;
  if (step.status === 'in_progress' && step.exec === 'agent')
    return `${key}, in the hands of ${step.holder?.session ?? step.holder?.by ?? 'somebody'}`;
  if (step.notBefore !== undefined && step.notBefore > now) return `${key}, which is tried again soon`;
  switch (step.exec) {
    case 'command':
      return `${key}, whose command ${step.command ? 'runs' : 'is about to run'}`;
    case 'polecat':
      return step.work ? `${key}, done by ${step.work}` : `${key}, which is about to be slung`;
    case 'round':
      return `${key}, which decides whether its loop goes on`;
    case 'epic':
    case 'mark':
      return `${key}, which is about to close`;
    case 'agent':
      return step.molecules?.length ? `${key}, whose molecules run` : undefined;
  }
}

/** What a gate waits for, in words. */
export const gateWaits = ({ id, type, awaitId, seen }: Gate): string =>
  `gate ${id} (${[type, awaitId].filter((part) => part !== '').join(' ')}${seen ? `: ${seen}` : ''})`;
