import { drawn } from './seeded.ts';

/**
 * Text that is neither random nor one line again and again: words of a small language of its own, the common ones short and often, as in English. It
 * deflates about as well as that. The same for the same seed.
 */
const VOWELS = 'aeiou';
const CONSONANTS = 'bcdfghklmnprstvw';
const WORDS = 12_000;

let vocabulary: readonly string[] | undefined;

function words(): readonly string[] {
  if (vocabulary) return vocabulary;
  const next = drawn(-7);
  const one = (letters: string) => letters[Math.floor(next() * letters.length)] ?? '';
  vocabulary = Array.from({ length: WORDS }, (_, rank) => {
    const syllables = 1 + Math.floor(next() * Math.min(4, 1 + Math.log10(rank + 1)));
    return Array.from({ length: syllables }, () => one(CONSONANTS) + one(VOWELS) + (next() < 0.4 ? one(CONSONANTS) : '')).join(
      '',
    );
  });
  return vocabulary;
}

/** Prose of exactly `bytes` bytes. */
export function prose(seed: number, bytes: number): string {
  const next = drawn(seed);
  const known = words();
  let text = '';
  // The rank of a word is drawn so that twice the rank is half as likely.
  while (text.length < bytes) text += `${text === '' ? '' : ' '}${known[Math.floor(WORDS ** next()) - 1] ?? known[0]}`;
  return text.slice(0, bytes);
}
