import { parseGiven } from '#core/formula/vars';
import { type Refusal, refuse } from '#core/refusals';

/** Values as they are typed, `name=value`; all that are none are told at once. */
export function valuesOf(words: readonly string[]): Record<string, string> | Refusal {
  const read = parseGiven(words);
  if ('faults' in read) return refuse('USAGE', { what: `${read.faults.join('; ')}.`, hint: 'For example: --var name=value.' });
  return Object.fromEntries(read.given);
}
