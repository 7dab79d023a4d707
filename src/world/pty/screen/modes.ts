/** What a program has set on its terminal and a painted screen does not show. Follows the headless screen where terminals differ. */
import { Palette } from './palette.ts';

const ON_AT_START = new Set([7, 25]);
const OFF_AT_START = new Set([1, 5, 6, 9, 12, 45, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 2031]);
/** Not to be repeated: the screen's width, which buffer is shown and its cursor (both are painted), a reset of charsets, and a mode that hangs terminals. */
const NEVER = new Set([2, 3, 40, 47, 1001, 1047, 1048, 1049]);
/** What a soft reset puts back. */
const SOFT = [1, 6, 7, 25, 45, 66, 1004, 2004, 2026];
const MICE = [9, 1000, 1002, 1003];
const PIXEL_MOUSE = 1016;
const SGR_MOUSE = 1006;
const BLINK = 12;
const CURSOR = 25;
const MODES_LIMIT = 64;
const STACK_LIMIT = 10;
const KITTY_LIMIT = 32;
/** Longest title that is kept, in characters. */
const TITLE_LIMIT = 1_000;
const ASCII = 'B';
const SLOTS = '()*+';

type Region = { readonly top: number; readonly bottom: number } | undefined;
/** What each of the two screens has of its own. */
type Sheet = { region: Region; kitty: number; pushed: number[]; saved: string };

function sheet(): Sheet {
  return { region: undefined, kitty: 0, pushed: [], saved: ASCII };
}

function clean(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, '').slice(0, TITLE_LIMIT);
}

/** The state, and the sequences that make a fresh terminal have it. */
export class Modes {
  #private = new Map<number, boolean>();
  #insert = false;
  #sheets = { normal: sheet(), alternate: sheet() };
  #alternate = false;
  #charsets = [ASCII, ASCII, ASCII, ASCII];
  #level = 0;
  #shape = '';
  #otherKeys = '';
  readonly #palette = new Palette();
  #titles: string[] = [];
  #rows: number;
  /** As the program last set it. */
  title = '';

  constructor(rows: number) {
    this.#rows = rows;
  }

  /** Whether the program is in the middle of a frame that it wants shown at once (2026). */
  get synchronized(): boolean {
    return this.#private.get(2026) ?? false;
  }

  get cursorHidden(): boolean {
    return this.#private.get(CURSOR) === false;
  }

  /** Whether rows of the cursor are counted from the top of the scroll region. */
  get origin(): boolean {
    return this.#private.get(6) ?? false;
  }

  get insert(): boolean {
    return this.#insert;
  }

  get bracketedPaste(): boolean {
    return this.#private.get(2004) ?? false;
  }

  /** What DECSC saved as the character set of a screen: its designator. */
  savedCharset(buffer: 'normal' | 'alternate'): string {
    return this.#sheets[buffer].saved;
  }

  /** The screen has got another size. */
  resized(rows: number): void {
    this.#rows = rows;
    this.#sheets.normal.region = undefined;
    this.#sheets.alternate.region = undefined;
  }

  /** Sequences to follow a painted screen; `cursor` puts the cursor where it is, for scroll region and origin mode move it. */
  extra(cursor: string): string {
    const { region, kitty, pushed } = this.#sheet;
    const parts: string[] = [];
    if (region) parts.push(`\x1b[${region.top};${region.bottom}r`);
    for (const [mode, on] of this.#private)
      if (!(ON_AT_START.has(mode) && on) && !(OFF_AT_START.has(mode) && !on)) parts.push(`\x1b[?${mode}${on ? 'h' : 'l'}`);
    parts.push(this.#shape);
    this.#charsets.forEach((name, slot) => {
      if (name !== ASCII) parts.push(`\x1b${SLOTS[slot]}${name}`);
    });
    parts.push(['', '\x0e', '\x1bn', '\x1bo'][this.#level] ?? '');
    parts.push(cursor);
    // a title must be set to be pushed
    for (const title of this.#titles) parts.push(`\x1b]2;${title}\x07\x1b[22;2t`);
    if (this.title || this.#titles.length > 0) parts.push(`\x1b]2;${this.title}\x07`);
    parts.push(this.#palette.toString());
    if (this.#insert) parts.push('\x1b[4h');
    parts.push(this.#otherKeys);
    const [first, ...rest] = [...pushed, kitty];
    if (first) parts.push(`\x1b[=${first};1u`);
    for (const flags of rest) parts.push(`\x1b[>${flags}u`);
    return parts.join('');
  }

  control(byte: number): void {
    if (byte === 0x0e || byte === 0x0f) this.#level = 0x0f - byte;
  }

  /** `body` is what follows ESC. */
  escape(body: string): void {
    const slot = body.length === 2 ? SLOTS.indexOf(body[0] as string) : -1;
    if (slot >= 0) this.#charsets[slot] = body[1] as string;
    else if (body === '7') this.#save();
    else if (body === '8') this.#restore();
    else if (body === 'n' || body === 'o') this.#level = body === 'n' ? 2 : 3;
    else if (body === '=' || body === '>') this.#set(66, body === '=');
    else if (body === 'c') this.#reset();
    else if (body === '%G' || body === '%@') this.#charsets = [ASCII, ASCII, ASCII, ASCII];
  }

  /** `body` is what follows CSI, final included. */
  csi(body: string): void {
    const final = body.at(-1);
    const lead = body[0] as string;
    const numbers = () =>
      body
        .replace(/^[<=>?]/, '')
        .slice(0, -1)
        .split(';')
        .map((text) => Number.parseInt(text, 10) || 0);
    if (final === 'h' || final === 'l') {
      if (lead === '?') for (const mode of numbers()) this.#change(mode, final === 'h');
      else if (numbers().includes(4)) this.#insert = final === 'h';
    } else if (final === 'r' && /^[\d;]*r$/.test(body)) this.#scroll(numbers());
    else if (body === '!p') this.#softReset();
    else if (final === 'q' && /^\d* q$/.test(body)) this.#shape = body === '0 q' ? '' : `\x1b[${body}`;
    else if (final === 's' && /^[\d;]*s$/.test(body)) this.#save();
    else if (final === 'u') this.#keyboard(lead, numbers(), body);
    else if (final === 'm') this.#modifyKeys(numbers());
    else if (final === 't') this.#titleStack(numbers());
  }

  /** `body` is what lies between OSC and its terminator. */
  osc(body: string): void {
    const [name = '', ...rest] = body.split(';');
    const value = rest.join(';');
    if (name === '0' || name === '2') this.title = clean(value);
    else this.#palette.osc(name, rest);
  }

  get #sheet(): Sheet {
    return this.#sheets[this.#alternate ? 'alternate' : 'normal'];
  }

  #set(mode: number, on: boolean): void {
    this.#private.delete(mode); // the one set last comes last
    if (this.#private.size < MODES_LIMIT) this.#private.set(mode, on);
  }

  #change(mode: number, on: boolean): void {
    if (mode === 47 || mode === 1047 || mode === 1049) this.#switch(mode, on);
    else if (mode === 1048) on ? this.#save() : this.#restore();
    else if (mode === 2 && on) this.#charsets = [ASCII, ASCII, ASCII, ASCII];
    if (NEVER.has(mode)) return;
    // one kind of reports at a time, and whichever is ended, reports end
    if (MICE.includes(mode)) for (const other of MICE) this.#private.delete(other);
    if (mode === SGR_MOUSE || mode === PIXEL_MOUSE) this.#private.delete(SGR_MOUSE + PIXEL_MOUSE - mode);
    this.#set(mode, on);
  }

  #switch(mode: number, alternate: boolean): void {
    if (alternate && mode === 1049) this.#save();
    if (this.#alternate && !alternate) {
      // what the alternate screen saved stays, what else it had goes
      this.#sheets.alternate = { ...sheet(), saved: this.#sheets.alternate.saved };
    }
    this.#alternate = alternate;
    if (!alternate && mode === 1049) this.#restore();
  }

  #save(): void {
    this.#sheet.saved = this.#charsets[this.#level] ?? ASCII;
  }

  #restore(): void {
    this.#charsets[this.#level] = this.#sheet.saved;
  }

  #scroll([top = 0, bottom = 0]: number[]): void {
    const from = top || 1;
    const to = bottom === 0 || bottom > this.#rows ? this.#rows : bottom;
    if (to > from) this.#sheet.region = from === 1 && to === this.#rows ? undefined : { top: from, bottom: to };
  }

  #keyboard(lead: string, [flags = 0, how = 1]: number[], body: string): void {
    const sheet = this.#sheet;
    if (lead === '>') {
      sheet.pushed = [...sheet.pushed, sheet.kitty].slice(-KITTY_LIMIT);
      sheet.kitty = flags;
    } else if (lead === '<')
      for (let left = flags || 1; left > 0 && (sheet.pushed.length > 0 || sheet.kitty > 0); left--)
        sheet.kitty = sheet.pushed.pop() ?? 0;
    else if (lead === '=') sheet.kitty = how === 2 ? sheet.kitty | flags : how === 3 ? sheet.kitty & ~flags : flags;
    else if (body === 'u') this.#restore();
  }

  /** Other resources than 4 (modifyOtherKeys) are about keys that hardly a program asks for. */
  #modifyKeys([resource = 0, value = 0]: number[]): void {
    if (resource === 4) this.#otherKeys = value === 0 ? '' : `\x1b[>4;${value}m`;
    else if (resource === 0) this.#otherKeys = '';
  }

  #titleStack([what = 0, which = 0]: number[]): void {
    if (which === 1) return;
    if (what === 22) this.#titles = [...this.#titles, this.title].slice(-STACK_LIMIT);
    else if (what === 23) this.title = this.#titles.pop() ?? this.title;
  }

  #softReset(): void {
    this.#private = new Map([...this.#private].filter(([mode]) => !SOFT.includes(mode)));
    this.#insert = false;
    this.#shape = '';
    this.#sheet.region = undefined;
    this.#sheet.saved = ASCII;
    this.#charsets = [ASCII, ASCII, ASCII, ASCII];
    this.#level = 0;
  }

  /** The headless screen keeps a hidden or blinking cursor over a reset. Titles put aside go: a painting begins with a reset, and puts them aside anew. */
  #reset(): void {
    const kept = this.#private;
    this.#alternate = false;
    this.#sheets = { normal: sheet(), alternate: sheet() };
    this.#softReset();
    this.#private = new Map([...kept].filter(([mode]) => mode === BLINK || mode === CURSOR));
    this.#otherKeys = '';
    this.#palette.clear();
    this.#titles = [];
  }
}
