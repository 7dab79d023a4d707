import { type Refusal, refuse } from '#core/refusals';

/** `k=v` as it was typed: the value may have more of them. */
export function valuesOf(words: readonly string[]): Record<string, string> | Refusal {
  const values: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) return refuse('USAGE', { what: `\`${word}\` gives no value.`, hint: 'Write it as name=value.' });
    values[word.slice(0, at).trim()] = word.slice(at + 1);
  }
  return values;
}
