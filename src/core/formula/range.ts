/** The range of a loop: `start..end`, both ends included, with arithmetic on either side. */

/** First and last number of the range, or why it is none. Names in braces must have been filled in before. */
export function parseRange(written: string): { first: number; last: number } | { why: string } {
  const dots = written.indexOf('..');
  if (dots < 0) return { why: `\`${written}\` is no range: write \`start..end\`` };
  const first = new Sum(written.slice(0, dots)).result();
  if (typeof first === 'string') return { why: first };
  const last = new Sum(written.slice(dots + 2)).result();
  if (typeof last === 'string') return { why: last };
  return last < first ? { why: `\`${written}\` ends (${last}) before it starts (${first})` } : { first, last };
}

/** Arithmetic: `+ - * /`, `^` (to the right), unary minus, parentheses; the result is cut to a whole number. */
class Sum {
  private at = 0;
  private fault: string | undefined;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The number, or what is wrong. */
  result(): number | string {
    const value = Math.trunc(this.sum(0));
    if (this.fault === undefined && this.peek() !== '') this.fault = `\`${this.peek()}\` is not understood in \`${this.text}\``;
    if (this.fault !== undefined) return this.fault;
    return Number.isSafeInteger(value) ? value + 0 : `\`${this.text}\` is too large`;
  }

  private sum(depth: number): number {
    let value = this.product(depth);
    for (let c = this.peek(); c === '+' || c === '-'; c = this.peek()) {
      this.at++;
      const next = this.product(depth);
      value = c === '+' ? value + next : value - next;
    }
    return value;
  }

  private product(depth: number): number {
    let value = this.signed(depth);
    for (let c = this.peek(); c === '*' || c === '/'; c = this.peek()) {
      this.at++;
      const next = this.signed(depth);
      if (c === '/' && next === 0) this.fault ??= `\`${this.text}\` divides by zero`;
      value = c === '*' ? value * next : value / next;
    }
    return value;
  }

  private signed(depth: number): number {
    if (depth > 100) {
      this.fault ??= `\`${this.text.slice(0, 40)}…\` is nested too deeply`;
      return 0;
    }
    if (this.peek() === '-') {
      this.at++;
      return -this.signed(depth + 1);
    }
    const base = this.atom(depth);
    if (this.peek() !== '^') return base;
    this.at++;
    return base ** this.signed(depth + 1);
  }

  private atom(depth: number): number {
    if (this.peek() === '(') {
      this.at++;
      const value = this.sum(depth + 1);
      if (this.peek() === ')') this.at++;
      else this.fault ??= `a parenthesis is not closed in \`${this.text}\``;
      return value;
    }
    this.peek();
    const number = /^\d+(\.\d+)?/.exec(this.text.slice(this.at))?.[0];
    if (number === undefined) {
      this.fault ??= `a number is missing in \`${this.text}\``;
      return 0;
    }
    this.at += number.length;
    return Number(number);
  }

  /** The next character that is no space. */
  private peek(): string {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
    return this.text[this.at] ?? '';
  }
}
