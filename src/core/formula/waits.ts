import type { Step } from './grammar.ts';
import { needsOf } from './step.ts';

/** `waits_for`: a step waits for the children that another step makes at run time. */

export type Waits = {
  readonly kind: 'all-children' | 'any-children' | 'children-of';
  /** Whose children. */
  readonly spawner: string;
};

export const WAITS_FORMS = 'write `all-children`, `any-children` or `children-of(ID)`';

/** Reads the `waits_for` of a step; undefined when it has none or a wrong one, `no-spawner` when it needs nobody whose children could be meant. */
export function waitsOf(step: Pick<Step, 'waits_for' | 'needs' | 'depends_on'>): Waits | 'no-spawner' | undefined {
  const text = step.waits_for?.trim();
  if (text === 'all-children' || text === 'any-children') {
    const [spawner] = needsOf(step);
    return spawner === undefined ? 'no-spawner' : { kind: text, spawner };
  }
  const of = /^children-of\(\s*([^()]+?)\s*\)$/.exec(text ?? '');
  return of?.[1] === undefined ? undefined : { kind: 'children-of', spawner: of[1] };
}
