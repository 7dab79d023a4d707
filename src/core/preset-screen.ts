import { z } from 'zod';

/** What the screen of an agent program shows, and where: the part of a preset that the eyes read. */

export const pattern = z.string().min(1).refine(isPattern, { error: 'must be a regular expression' });
/** What is looked for, and where: the window's title before the footer, the footer before the rest, since the rest is the model's own text. */
const sign = z.strictObject({ where: z.enum(['title', 'footer', 'row', 'screen']), match: pattern });
const signs = z.array(sign).default([]);

const dialog = z.strictObject({
  name: z.string(),
  kind: z.enum(['permission', 'trust', 'warning', 'login', 'hooks', 'onboarding']),
  /** All of them at once. */
  signs: z.array(sign).min(1),
  /** What Enter does in it as it opens. */
  enter: z.enum(['accepts', 'refuses', 'exits', 'unknown']).default('unknown'),
  /** How a numbered choice of it is made: by its number alone, by the arrows and Enter (which are seen to work, step by step), or only by a person. */
  answers: z.enum(['digit', 'arrows', 'none']).default('arrows'),
});

export const screen = z.strictObject({
  /** All of them at once: from then on an Enter counts. */
  ready: signs,
  /** Any of them. */
  busy: signs,
  dialogs: z.array(dialog).default([]),
  limited: signs,
  /** A turn ended without an answer. */
  failed: signs,
  /** Trying again by itself: still busy. */
  retrying: signs,
  login: signs,
  /** How full the context is: the share stands in what matches. */
  context: signs,
  /** A turn ended because nothing more fits into the context: the program's own words, with its mark before them. */
  full: signs,
  /** Where text shows that was sent while busy. */
  queued: signs,
  draft: z
    .strictObject({ mark: z.string().optional(), placeholder: pattern.optional(), folded: z.array(pattern).default([]) })
    .prefault({}),
});

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
