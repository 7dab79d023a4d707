/** A key that lists and live views know; others are passed over. */
export type Key = 'up' | 'down' | 'enter' | 'quit' | number;

const KEYS: Readonly<Record<string, Key>> = {
  '\x1b[A': 'up',
  '\x1bOA': 'up',
  k: 'up',
  '\x1b[B': 'down',
  '\x1bOB': 'down',
  j: 'down',
  '\r': 'enter',
  '\n': 'enter',
  q: 'quit',
  '\x03': 'quit',
  '\x04': 'quit',
  '\x1c': 'quit',
  '\x1b': 'quit',
};

/** The keys in what a terminal sent. */
export function keysIn(text: string): Key[] {
  const parts = text.match(/\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])?|[\s\S]/g) ?? [];
  return parts.flatMap((part) => (/^[1-9]$/.test(part) ? [Number(part)] : Object.hasOwn(KEYS, part) ? [KEYS[part] as Key] : []));
}
