import { type Palette, unpainted } from './colour.ts';
import { columns, cut, table } from './table.ts';

/** A session in a list: its cells, and its beacon or what stands in the place of one. */
export type SessionRow = { readonly cells: readonly string[]; readonly beacon: string };

/** What it was started for, without what the other columns tell: `handoff:gp-4kx`. */
const topic = (beacon: string): string => beacon.split(' • ').slice(2).join(' • ') || beacon;

/** Sessions with their beacons; where these do not fit the width with their topics, and where not even those do without. */
export function sessionTable(rows: readonly SessionRow[], heads: readonly string[], width: number, paint: Palette): string[] {
  const wide = (more: (beacon: string) => string[], head: string[]) =>
    table(
      rows.map(({ cells, beacon }) => [...cells, ...more(beacon)]),
      [...heads, ...head].map(paint.dim),
    ).split('\n');
  const forms = [wide((beacon) => [beacon], ['BEACON']), wide((beacon) => [topic(unpainted(beacon))], ['TOPIC'])];
  const fits = forms.find((lines) => lines.every((line) => columns(line) <= width));
  return fits ?? wide(() => [], []).map((line) => cut(line, width));
}
