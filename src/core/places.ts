/** Places that words and files of a preset may name in braces. */
export const PLACES: readonly string[] = [
  /** The town's own configuration directory for the agent. */
  'config',
  /** The directory above the agent's git directory, where its role's settings stand. */
  'home',
  'root',
  'worktree',
  /** gt's own runner, and gt. */
  'runner',
  'gt',
  /** Of the conversation: the one that is begun or resumed, and the one that is forked from it. */
  'id',
  'fork',
  /** Of a file that is written where a variable is given: the end of its value. */
  'ending',
  /** Address of a model server on this machine. */
  'api',
];

/** What each place is; a place that is absent stays as it is written. */
export type Places = Readonly<Record<string, string | undefined>>;

const PLACE = /\{([a-z]+)(\|json)?\}/g;

/** The names in braces of a text, known or not. */
export const placesIn = (text: string): string[] => [...text.matchAll(PLACE)].map((match) => match[1] ?? '');

/** Fills in the places of a text. `{worktree|json}` is the place as a JSON string with its quotes, which TOML reads too. */
export function fill(text: string, places: Places): string {
  return text.replace(PLACE, (whole, name: string, quoted?: string) => {
    const value = places[name];
    return value === undefined ? whole : quoted ? JSON.stringify(value) : value;
  });
}

/** Fills in the places of every text of a JSON value, keys too. */
export function fillAll<T>(value: T, places: Places): T {
  if (typeof value === 'string') return fill(value, places) as T;
  if (Array.isArray(value)) return value.map((one) => fillAll(one, places)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [fill(key, places), fillAll(one, places)])) as T;
}
