import type { Preset } from '#core/preset';
import type { Rendered } from '#world/pty/screen/rows';

type Sign = Preset['screen']['ready'][number];

/** Rows at the bottom that count as the footer. */
const FOOTER = 4;

/** Whether a screen shows a sign of a preset. */
function shows({ where, match }: Sign, { text, title, cursor }: Rendered): boolean {
  const rows = text.split('\n');
  const pattern = new RegExp(match, 'u');
  if (where === 'title') return pattern.test(title);
  if (where === 'row') return pattern.test(rows[cursor.y] ?? '');
  return (where === 'footer' ? rows.slice(-FOOTER) : rows).some((row) => pattern.test(row));
}

export const showsAll = (signs: readonly Sign[], screen: Rendered): boolean =>
  signs.length > 0 && signs.every((one) => shows(one, screen));
export const showsAny = (signs: readonly Sign[], screen: Rendered): boolean => signs.some((one) => shows(one, screen));
