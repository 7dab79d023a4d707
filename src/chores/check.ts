import { explain, type Refusal } from '#core/refusals';

/** One look of the doctor: what was found, and what mends it (null when all is well). */
export type Check = {
  readonly id: string;
  readonly category: 'tools' | 'town' | 'redis' | 'rigs' | 'books' | 'sessions';
  readonly ok: boolean;
  readonly found: string;
  readonly mend: string | null;
};

type Category = Check['category'];
const SHOWN = 5;

export const good = (category: Category, id: string, found: string): Check => ({ id, category, ok: true, found, mend: null });

export const ill = (category: Category, id: string, found: string, mend: string): Check => ({
  id,
  category,
  ok: false,
  found,
  mend,
});

/** The first few names, and how many more. */
export const some = (names: readonly string[]): string =>
  names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more` : names.join(', ');

/** A look that ended in a refusal. */
export const refused = (category: Category, id: string, refusal: Refusal): Check => {
  const { says, try: todo } = explain(refusal);
  return ill(category, id, says.replace(/\.$/, ''), todo);
};
