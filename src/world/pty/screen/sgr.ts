/** The pen as a sequence of SGR. The packing of its numbers is the headless terminal's: colour mode and colour below, flags above. */
import type { Pen } from './emulator.ts';

const MODE = 0x3000000;
const MODE_16 = 0x1000000;
const MODE_RGB = 0x3000000;
const FG = {
  INVERSE: 0x4000000,
  BOLD: 0x8000000,
  UNDERLINE: 0x10000000,
  BLINK: 0x20000000,
  INVISIBLE: 0x40000000,
  STRIKE: 0x80000000,
};
const BG = { ITALIC: 0x4000000, DIM: 0x8000000, EXTENDED: 0x10000000, PROTECTED: 0x20000000, OVERLINE: 0x40000000 };

/** All flags that a background carries: what is left by erasing has none. */
const BG_FLAGS = 0xfc000000;

/** Whether such a cell, when empty, is what erasing leaves: of a colour at most. */
export function isErased(pen: Pen): boolean {
  return pen.fg === 0 && (pen.bg & BG_FLAGS) === 0;
}

function colour(packed: number, base: number): string[] {
  const mode = packed & MODE;
  if (mode === 0) return [];
  if (mode === MODE_RGB) return [`${base + 8};2;${(packed >> 16) & 255};${(packed >> 8) & 255};${packed & 255}`];
  const index = packed & 255;
  if (mode !== MODE_16) return [`${base + 8};5;${index}`];
  return [String(index < 8 ? base + index : base + 60 + index - 8)];
}

function underline({ fg, bg, extended }: Pen): string[] {
  const parts: string[] = [];
  const style = bg & BG.EXTENDED ? (extended._ext >> 26) & 7 : 1;
  if (fg & FG.UNDERLINE) parts.push(style > 1 ? `4:${style}` : '4');
  if (!(bg & BG.EXTENDED)) return parts;
  const packed = extended.underlineColor;
  if ((packed & MODE) === MODE_RGB) parts.push(`58:2::${(packed >> 16) & 255}:${(packed >> 8) & 255}:${packed & 255}`);
  else if (packed & MODE) parts.push(`58:5:${packed & 255}`);
  return parts;
}

/** Sets this pen, whatever the one before was; without its link, and without its protection from erasure. */
export function sgr(pen: Pen): string {
  const { fg, bg } = pen;
  const flags: Array<[number, string]> = [
    [fg & FG.BOLD, '1'],
    [bg & BG.DIM, '2'],
    [bg & BG.ITALIC, '3'],
    [fg & FG.BLINK, '5'],
    [fg & FG.INVERSE, '7'],
    [fg & FG.INVISIBLE, '8'],
    [fg & FG.STRIKE, '9'],
    [bg & BG.OVERLINE, '53'],
  ];
  const set = flags.filter(([on]) => on !== 0).map(([, code]) => code);
  return `\x1b[${['0', ...set, ...underline(pen), ...colour(fg, 30), ...colour(bg, 40)].join(';')}m`;
}

/** Makes what is printed next safe from the erasures that spare it, if this pen does; for SGR 0 takes that away. */
export function protection({ bg }: Pen): string {
  return bg & BG.PROTECTED ? '\x1b[1"q' : '';
}

/** The same for two cells whose pens are the same; cheap. */
export function penKey({ fg, bg, extended }: Pen): string {
  return bg & BG.EXTENDED ? `${fg},${bg},${extended._ext},${extended.urlId}` : `${fg},${bg}`;
}

/** Whether more belongs to this pen than its two numbers tell: an underline, a link. */
export function isRich({ bg }: Pen): boolean {
  return (bg & BG.EXTENDED) !== 0;
}

/** The link that a cell belongs to, 0 for none. */
export function linkOf({ bg, extended }: Pen): number {
  return bg & BG.EXTENDED ? extended.urlId : 0;
}

/** Whether only a link can have given this pen what it has: with the cursor, a terminal saves that there was one, but not which. */
export function wasLinked({ fg, bg }: Pen): boolean {
  return (bg & BG.EXTENDED) !== 0 && (fg & FG.UNDERLINE) === 0;
}

/** Whether what this pen writes is dim. */
export function isDim({ bg }: Pen): boolean {
  return (bg & BG.DIM) !== 0;
}

/** Whether it writes with the colours changed about, as cursors are painted. */
export function isInverse({ fg }: Pen): boolean {
  return (fg & FG.INVERSE) !== 0;
}
