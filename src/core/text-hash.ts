const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A short name for a text: the same one for the same text, on every machine. Two texts may share it: whoever names records by it compares the texts. */
export function textHash(text: string, length: number): string {
  let [high, low] = [0x811c9dc5, 0x01000193];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ (code + at), 0x85ebca6b) ^ (low >>> 13);
  }
  let rest = ((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)) as bigint;
  let name = '';
  for (let at = 0; at < length; at++) {
    name += LETTERS[Number(rest % 36n)];
    rest /= 36n;
  }
  return name;
}
