import { parseGiven } from '#core/formula/vars';
import { type Refusal, refuse } from '#core/refusals';

/** Values as they are typed, `name=value`; all that are none are told at once. */
export function valuesOf(words: readonly string[]): Record<string, string> | Refusal {
  const read = parseGiven(words);
  if ('faults' in read) return refuse('USAGE', { what: `${read.faults.join('; ')}.`, hint: 'For example: --var name=value.' });
  return Object.fromEntries(read.given);
}

/** A number from 1 on as it is typed, `none` when it is not; `kind` number takes fractions, and what is more than 0. */
export function countOf(
  typed: string | undefined,
  option: string,
  none: number,
  kind: 'whole' | 'number' = 'whole',
): number | Refusal {
  if (typed === undefined) return none;
  const count = Number(typed);
  const fits =
    typed.trim() !== '' && Number.isFinite(count) && (kind === 'whole' ? Number.isInteger(count) && count >= 1 : count > 0);
  const hint = kind === 'whole' ? 'Take a whole number from 1 on.' : 'Take a number above 0.';
  return fits ? count : refuse('USAGE', { what: `${option} cannot be \`${typed}\`.`, hint });
}
