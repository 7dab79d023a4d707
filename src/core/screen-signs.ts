import type { AnswerKeys } from './dialog.ts';

/** A sign whose pattern is ready to be used. */
export type Sign = { readonly where: 'title' | 'footer' | 'row' | 'screen'; readonly match: RegExp };

/** A dialog that is known, and what Enter does in it as it opens. */
export type DialogSigns = {
  readonly name: string;
  readonly kind: string;
  readonly enter: string;
  /** How one of its choices is made, where that is known. */
  readonly answers: AnswerKeys | undefined;
  /** All of them at once. */
  readonly signs: readonly Sign[];
};

const LISTS = ['ready', 'busy', 'limited', 'failed', 'retrying', 'login', 'context', 'full', 'queued'] as const;
const PLACES: readonly string[] = ['title', 'footer', 'row', 'screen'];
/** Signs of one kind at most, dialogs included, and characters of a pattern. */
const MOST = 100;
const LONGEST = 500;

/** All signs of one program, ready to be used. */
export type Signs = { readonly [list in (typeof LISTS)[number]]: readonly Sign[] } & {
  readonly dialogs: readonly DialogSigns[];
  /** What stands before the text that is typed. */
  readonly mark: string | undefined;
  /** What stands in an empty input. */
  readonly placeholder: RegExp | undefined;
  /** What stands for a long paste. */
  readonly folded: readonly RegExp[];
};

/** Screen data cannot be used; the message says where and why. */
export class SignFault extends Error {
  override readonly name = 'SignFault';
}

type Place = string;

function objectOf(value: unknown, at: Place): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SignFault(`\`${at}\` must be an object`);
  return value as Record<string, unknown>;
}

function listOf(value: unknown, at: Place): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MOST) throw new SignFault(`\`${at}\` must be a list of at most ${MOST}`);
  return value;
}

function wordOf(value: unknown, at: Place): string {
  if (typeof value !== 'string' || value.length > LONGEST)
    throw new SignFault(`\`${at}\` must be a text of at most ${LONGEST} characters`);
  return value;
}

function patternOf(value: unknown, at: Place): RegExp {
  const text = wordOf(value, at);
  try {
    return new RegExp(text, 'u');
  } catch {
    throw new SignFault(`\`${at}\` is no regular expression: ${text}`);
  }
}

function signsOf(value: unknown, at: Place): Sign[] {
  return listOf(value, at).map((one, index) => {
    const sign = objectOf(one, `${at}.${index}`);
    const where = wordOf(sign['where'], `${at}.${index}.where`);
    if (!PLACES.includes(where)) throw new SignFault(`\`${at}.${index}.where\` must be one of ${PLACES.join(', ')}`);
    return { where: where as Sign['where'], match: patternOf(sign['match'], `${at}.${index}.match`) };
  });
}

function answersOf(value: unknown, at: Place): AnswerKeys | undefined {
  if (value === undefined) return undefined;
  if (value === 'digit' || value === 'arrows' || value === 'none') return value;
  throw new SignFault(`\`${at}\` must be digit, arrows or none`);
}

/** Compiles screen data. Throws SignFault. */
export function compileSigns(data: unknown): Signs {
  const from = objectOf(data, 'screen');
  const draft = from['draft'] === undefined ? {} : objectOf(from['draft'], 'screen.draft');
  const dialogs = listOf(from['dialogs'], 'screen.dialogs').map((one, index): DialogSigns => {
    const at = `screen.dialogs.${index}`;
    const dialog = objectOf(one, at);
    const signs = signsOf(dialog['signs'], `${at}.signs`);
    if (signs.length === 0) throw new SignFault(`\`${at}.signs\` must hold a sign`);
    return {
      name: wordOf(dialog['name'], `${at}.name`),
      kind: wordOf(dialog['kind'] ?? 'unknown', `${at}.kind`),
      enter: wordOf(dialog['enter'] ?? 'unknown', `${at}.enter`),
      answers: answersOf(dialog['answers'], `${at}.answers`),
      signs,
    };
  });
  const lists = LISTS.map((list) => [list, signsOf(from[list], `screen.${list}`)] as const);
  return {
    ...(Object.fromEntries(lists) as Record<(typeof LISTS)[number], Sign[]>),
    dialogs,
    mark: draft['mark'] === undefined ? undefined : wordOf(draft['mark'], 'screen.draft.mark'),
    placeholder: draft['placeholder'] === undefined ? undefined : patternOf(draft['placeholder'], 'screen.draft.placeholder'),
    folded: listOf(draft['folded'], 'screen.draft.folded').map((one, index) => patternOf(one, `screen.draft.folded.${index}`)),
  };
}
