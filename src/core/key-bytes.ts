/** What a terminal sends for a key, by the names that presets use. Apart from the preset's schema, which a host does not load. */
export const KEY_BYTES: Readonly<Record<string, string>> = {
  esc: '\x1b',
  'ctrl-c': '\x03',
  'ctrl-d': '\x04',
  'ctrl-s': '\x13',
  'ctrl-u': '\x15',
  enter: '\r',
};
