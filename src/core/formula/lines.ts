import type { Path } from './faults.ts';
import { place } from './faults.ts';

/**
 * On which line each key of a file stands. The parsers of TOML and JSON give values without places, so this reads the text a second time, and only for
 * places: it trusts that the text has been parsed, and never fails.
 */

/** Line of the place, or of the nearest table around it that has one; 1 when none has. */
export type LineOf = (at: Path) => number;

/** Lines of a TOML text. */
export function tomlLines(text: string): LineOf {
  return new Scan(text).toml();
}

/** Lines of a JSON text. */
export function jsonLines(text: string): LineOf {
  return new Scan(text).json();
}

class Scan {
  private at = 0;
  private line = 1;
  private readonly text: string;
  private readonly lines = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
  }

  toml(): LineOf {
    const counts = new Map<string, number>();
    let prefix: Path = [];
    for (this.blank(); !this.over(); this.blank()) {
      const before = this.at;
      if (this.peek() !== '[') this.pair(prefix, '=');
      else {
        const header = this.header();
        prefix = this.inner(header.keys, header.list, counts);
        this.mark(prefix);
      }
      if (this.at === before) this.step();
    }
    return this.lookup();
  }

  json(): LineOf {
    this.blank();
    this.value([]);
    return this.lookup();
  }

  private lookup(): LineOf {
    return (at) => {
      for (let length = at.length; length > 0; length--) {
        const line = this.lines.get(place(at.slice(0, length)));
        if (line !== undefined) return line;
      }
      return 1;
    };
  }

  /** `[a.b]` or `[[a.b]]`: each name that is a list means its last element. */
  private header(): { keys: string[]; list: boolean } {
    this.step();
    const array = this.peek() === '[';
    if (array) this.step();
    const keys = this.keys(']');
    if (array) this.step();
    return { keys, list: array };
  }

  private inner(keys: readonly string[], list: boolean, counts: Map<string, number>): Path {
    let path: Path = [];
    keys.forEach((key, index) => {
      path = [...path, key];
      const name = place(path);
      const last = index === keys.length - 1;
      if (last && list) {
        counts.set(name, (counts.get(name) ?? -1) + 1);
        if (!this.lines.has(name)) this.mark(path);
      }
      const count = counts.get(name);
      if (count !== undefined && (!last || list)) path = [...path, count];
    });
    return path;
  }

  /** A key with dots, up to and with `end`. */
  private keys(end: string): string[] {
    const keys: string[] = [];
    let bare = '';
    while (!this.over() && this.peek() !== end && this.peek() !== '\n') {
      const c = this.peek();
      if (c === '"' || c === "'") {
        keys.push(this.quoted());
        bare = '';
      } else {
        if (c === '.') {
          if (bare.trim() !== '') keys.push(bare.trim());
          bare = '';
        } else bare += c;
        this.step();
      }
    }
    if (bare.trim() !== '') keys.push(bare.trim());
    if (this.peek() === end) this.step();
    return keys;
  }

  private pair(prefix: Path, separator: string): void {
    const line = this.line;
    const keys = this.keys(separator);
    const path = [...prefix, ...keys];
    for (let length = prefix.length + 1; length <= path.length; length++) this.mark(path.slice(0, length), line);
    this.blank();
    this.value(path);
  }

  private value(path: Path): void {
    const c = this.peek();
    if (c === '"' || c === "'") this.quoted();
    else if (c === '[') this.elements(path, ']', (index) => this.value([...path, index]));
    else if (c === '{') this.elements(path, '}', () => this.pair(path, this.separator()));
    else while (!this.over() && !/[,\]}\n#]/.test(this.peek())) this.step();
  }

  /** Inside braces TOML has `=`, JSON has `:` after the key. */
  private separator(): string {
    const key = /\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w.-]+|\s)*([=:])/y;
    key.lastIndex = this.at;
    return key.exec(this.text)?.[1] ?? '=';
  }

  private elements(path: Path, end: string, each: (index: number) => void): void {
    this.step();
    this.blank();
    for (let index = 0; !this.over() && this.peek() !== end; index++) {
      if (end === ']') this.mark([...path, index]);
      const before = this.at;
      each(index);
      this.blank();
      if (this.peek() === ',' || this.at === before) this.step();
      this.blank();
    }
    this.step();
  }

  private quoted(): string {
    const quote = this.peek();
    const long = this.text.startsWith(quote.repeat(3), this.at);
    const end = long ? quote.repeat(3) : quote;
    this.step(end.length);
    const start = this.at;
    while (!this.over() && !this.text.startsWith(end, this.at)) this.step(quote === '"' && this.peek() === '\\' ? 2 : 1);
    const inside = this.text.slice(start, this.at);
    this.step(end.length);
    // A long text may end in quotes of its own, before the three that close it.
    while (long && this.peek() === quote) this.step();
    return inside;
  }

  private blank(): void {
    while (!this.over()) {
      const c = this.peek();
      if (c === '#') while (!this.over() && this.peek() !== '\n') this.step();
      else if (/\s|\uFEFF/.test(c)) this.step();
      else return;
    }
  }

  private mark(path: Path, line = this.line): void {
    const name = place(path);
    if (!this.lines.has(name)) this.lines.set(name, line);
  }

  private step(count = 1): void {
    for (let left = count; left > 0; left--) if (this.text[this.at++] === '\n') this.line++;
  }

  private peek(): string {
    return this.text[this.at] ?? '';
  }

  private over(): boolean {
    return this.at >= this.text.length;
  }
}
