import { sentence } from '#core/formula/faults';
import type { Proto } from '#core/formula/proto';
import type { Refusal } from '#core/refusals';
import { type Dish, fillWith } from '#world/formulas/cook-with';

/** What is cooked, filled. A convoy's inputs are judged when it is planned; of what was given only its variables are filled in now. */
export function filledForRun(
  { proto, source, warnings }: Omit<Dish, 'plan'>,
  vars: Readonly<Record<string, string>>,
): { plan: Proto; source: string; warnings: string[] } | Refusal {
  const known = Object.entries(vars).filter(([name]) => proto.type !== 'convoy' || Object.hasOwn(proto.vars, name));
  const filled = fillWith(proto, Object.fromEntries(known), source);
  if ('refused' in filled) return filled;
  return { plan: filled.plan, source, warnings: [...warnings, ...filled.warnings].map(sentence) };
}
