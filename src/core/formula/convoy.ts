import type { Formula, Origin, Step } from './grammar.ts';
import { blankStep } from './step.ts';

/** A convoy formula as steps: its legs side by side, and the synthesis after those it names, or after all. */
export function legsOf(formula: Formula, file: string): Step[] {
  const key = formula.legs.length > 0 ? 'legs' : 'aspects';
  const from = (at: Origin['at']): Origin => ({ formula: formula.formula, file, at, by: [] });
  const legs = formula[key].map(
    ({ id, title, description, focus, agent, review_only, extra }, index): Step => ({
      ...blankStep(id, from([key, index])),
      title,
      description,
      leg: { focus, agent, review_only: review_only || formula.review_only === true },
      ...(extra ? { extra } : {}),
    }),
  );
  const { synthesis } = formula;
  if (!synthesis) return legs;
  const needs = synthesis.depends_on.length > 0 ? synthesis.depends_on : legs.map(({ id }) => id);
  const { title, description, extra } = synthesis;
  const last = { ...blankStep('synthesis', from(['synthesis'])), title, description, needs };
  return [...legs, extra ? { ...last, extra } : last];
}
