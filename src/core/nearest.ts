/** Names that a person may have meant: for every "there is no such …". */

/**
 * The `count` names nearest to `word`, nearest first, names of equal distance in alphabetical order. Capitals do not count; a name that `word` begins
 * counts as near as one slip.
 */
export function nearest(word: string, names: readonly string[], count = 3): string[] {
  const meant = word.toLowerCase();
  const far = (name: string) => {
    const slips = editDistance(meant, name.toLowerCase());
    return slips > 1 && meant.length > 1 && name.toLowerCase().startsWith(meant) ? 1 : slips;
  };
  return [...new Set(names)]
    .map((name) => ({ name, slips: far(name) }))
    .sort((a, b) => a.slips - b.slips || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/** How many slips lie between two words: a letter left out, added, changed, or swapped with the next. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let slips = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) slips = Math.min(slips, (before[j - 2] ?? 0) + 1);
      row.push(slips);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** `word`, `a`, `b` or `c` in a sentence: "`a`, `b` or `c`". */
export function orList(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop() ?? '';
  return quoted.length > 0 ? `${quoted.join(', ')} or ${last}` : last;
}
