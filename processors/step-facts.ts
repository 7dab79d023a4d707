import { isLongOutput } from '#core/molecule/life';
import type { Step } from '#core/records';
import type { Desk } from '#world/desk';

/** What a step gave out, where it was too long for its record. */
export async function withOutput(step: Step, { books }: Desk): Promise<Step> {
  if (!isLongOutput(step.output)) return step;
  const long = await books.textField(step.id, 'output');
  return { ...step, output: long === undefined ? undefined : (JSON.parse(long) as unknown) };
}

/** All steps of a molecule as they are now: those that close meanwhile are read as closed. */
export async function stepsOf(mol: string, { books }: Desk): Promise<Step[]> {
  const open = await books.index(`steps.open:${mol}`);
  const closed = await books.index(`steps.closed:${mol}`);
  return books.readMany('step', [...new Set([...closed, ...open])]);
}
