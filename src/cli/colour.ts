const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

/** Paints text, or leaves it as it is. */
export type Palette = { readonly [Name in keyof typeof CODES]: (text: string) => string };

/** A palette that paints, or one that does not. */
export function palette(on: boolean): Palette {
  const paint =
    ([start, end]: readonly [number, number]) =>
    (text: string) =>
      on && text ? `\u001b[${start}m${text}\u001b[${end}m` : text;
  return Object.fromEntries(Object.entries(CODES).map(([name, codes]) => [name, paint(codes)])) as Palette;
}

/** Whether to paint: on a terminal that can, unless NO_COLOR (not empty) or --no-color says no. FORCE_COLOR paints into a pipe too. */
export function wantsColour(where: {
  env: Readonly<Record<string, string | undefined>>;
  terminal: boolean;
  off: boolean;
}): boolean {
  if (where.off || where.env['NO_COLOR']) return false;
  const forced = where.env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return where.terminal && where.env['TERM'] !== 'dumb';
}

/** Text without its paint. */
export function unpainted(text: string): string {
  return text.replace(/\u001b\[[0-9;:]*m/g, '');
}
