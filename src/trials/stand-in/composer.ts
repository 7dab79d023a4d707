import type { Preset } from '#core/preset';
import type { Input } from './keys.ts';
import type { Look } from './look.ts';
import type { Scenario } from './scenario.ts';

/** A stretch of the draft from one hand: typed at a stretch, or pasted at once. */
type Part = { readonly by: 'typed' | 'paste'; text: string; readonly label?: string };

/** What an Enter did: sent the draft, or why it did not. */
export type EnterDone =
  | { readonly did: 'sent'; readonly text: string; readonly glued: boolean }
  | { readonly did: 'newline' | 'lost' | 'empty' };

/** The input row: what stands in it and from whom, and whether an Enter is one. */
export class Composer {
  readonly #preset: Preset;
  readonly #look: Look;
  readonly #enter: Scenario['enter'];
  #parts: Part[] = [];
  #stash: Part[] = [];
  #pastes = 0;
  /** When and with which read the last text came. */
  #last: { readonly at: number; readonly chunk: number; readonly by: Part['by']; readonly bytes: number } | undefined;

  constructor(preset: Preset, look: Look, enter: Scenario['enter']) {
    this.#preset = preset;
    this.#look = look;
    this.#enter = enter;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  get text(): string {
    return this.#parts.map((part) => part.text).join('');
  }

  /** What the row shows: long pastes as their labels. */
  get shown(): string {
    return this.#parts.map((part) => part.label ?? part.text).join('');
  }

  get isFolded(): boolean {
    return this.#parts.some((part) => part.label !== undefined);
  }

  typed(input: Input & { kind: 'text' }, at: number): void {
    const last = this.#parts.at(-1);
    if (last?.by === 'typed') last.text += input.text;
    else this.#parts.push({ by: 'typed', text: input.text });
    const going = this.#last?.by === 'typed' && this.#last.chunk === input.chunk ? this.#last.bytes : 0;
    this.#last = { at, chunk: input.chunk, by: 'typed', bytes: going + Buffer.byteLength(input.text) };
  }

  pasted(input: Input & { kind: 'paste' }, at: number): void {
    const { text, chunk } = input;
    this.#last = { at, chunk, by: 'paste', bytes: Buffer.byteLength(text) };
    if (text === '') return;
    const label = this.#labelOf(text);
    this.#parts.push({ by: 'paste', text, ...(label === undefined ? {} : { label }) });
  }

  rubOut(): void {
    const last = this.#parts.at(-1);
    if (!last) return;
    last.text = last.label === undefined ? last.text.slice(0, -1) : '';
    if (last.text === '') this.#parts.pop();
  }

  clear(): void {
    this.#parts = [];
    this.#last = undefined;
  }

  /** Puts the draft aside, or, when there is none, takes back what was put aside. @returns what was put aside */
  stash(): string | undefined {
    const { text } = this;
    [this.#parts, this.#stash] = this.isEmpty ? [this.#stash, []] : [[], this.#parts];
    this.#last = undefined;
    return text === '' ? undefined : text;
  }

  /** An Enter that came with this read. */
  enter(chunk: number, at: number): EnterDone {
    if (this.isEmpty) return { did: 'empty' };
    const swallowed = this.#swallows(chunk, at);
    if (swallowed === 'newline') {
      const last = this.#parts.at(-1);
      if (last?.by === 'typed') last.text += '\n';
      else this.#parts.push({ by: 'typed', text: '\n' });
    }
    if (swallowed) return { did: swallowed };
    const text = this.text;
    // a newline that an Enter became is nobody's text
    const glued = this.#parts.filter((part) => part.text.trim() !== '').length > 1;
    this.clear();
    this.stash();
    return { did: 'sent', text, glued };
  }

  #swallows(chunk: number, at: number): 'newline' | 'lost' | undefined {
    const last = this.#last;
    if (!last) return undefined;
    const { submit } = this.#preset;
    const since = at - last.at;
    const together = last.chunk === chunk;
    if (last.by === 'typed') {
      // several characters and an Enter in one read are a paste to programs that look for one
      const burst = last.bytes > 2;
      if (burst && ((together && submit.one_write === 'fails') || since < this.#look.burst_ms)) return 'newline';
      return undefined;
    }
    if (together && this.#look.own_write) return 'lost';
    const { large } = submit;
    const least = large && last.bytes >= large.bytes ? large.least_ms : (submit.least_ms ?? 0);
    return since < (this.#enter.within_ms ?? least) ? this.#enter.as : undefined;
  }

  #labelOf(text: string): string | undefined {
    const { fold } = this.#look;
    const lines = text.split('\n').length;
    if (!fold || (lines <= fold.lines && text.length <= fold.chars)) return undefined;
    this.#pastes++;
    return fold.text
      .replace('{n}', String(this.#pastes))
      .replace('{more}', String(lines - 1))
      .replace('{lines}', String(lines))
      .replace('{chars}', String(text.length));
  }
}
