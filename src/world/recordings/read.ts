import { join } from 'node:path';
import { type CastEvent, type CastHeader, parseEvent, parseHeader, partName, partNumbers } from '#world/pty/recording/cast';
import { type RecordingIndex, readIndex } from '#world/pty/recording/shelf';
import { fileLines } from './lines.ts';
import type { Losses } from './losses.ts';

/**
 * Reads a recording as one stream, over all of its parts and whatever has become of them: what cannot be read is left out and told of. A part begins with the
 * screen as it was, so that after a loss the next one is right again; where nothing was lost that picture is left out.
 */
export type Played = {
  /** Seconds since the recording began, never less than before. */
  readonly at: number;
  readonly kind: CastEvent['kind'];
  readonly text: string;
};

/** A size that a screen may have; a header or an event with another is damaged. */
export type ScreenSize = { readonly cols: number; readonly rows: number };

/** How a recording begins: the size of its screen, when that was (ms since 1970), and its session; and its events. */
export type Recording = {
  readonly size: ScreenSize;
  readonly beganAt: number;
  readonly session: string;
  /** It has ended, and all of it is written: a recording that goes on may lack its last line. */
  readonly ended: boolean;
  readonly events: AsyncIterable<Played>;
};

/** A line of an event: a screen of the largest size with all its colours, ten times over (bytes). */
const LINE_BYTES = 32 << 20;
const MOST_CELLS = 1000;
const PICTURE = '\x1bc';
const STANDARD: ScreenSize = { cols: 80, rows: 24 };

/** Opens a recording's directory; undefined when there is no part of one in it. Throws nothing: faults of the disk are losses. */
export async function openRecording(dir: string, losses: Losses): Promise<Recording | undefined> {
  const numbers = await partNumbers(dir).catch(() => []);
  const [first] = numbers;
  if (first === undefined) return undefined;
  const index = await readIndex(dir);
  const header = await headerOf(join(dir, partName(first)));
  const beganAt = beginOf(first, header, index) ?? 0;
  const ended = index?.end !== undefined;
  tellMissing(numbers, losses);
  return {
    size: sizeOf(header) ?? STANDARD,
    beganAt,
    session: header?.gt?.session ?? index?.session ?? '',
    ended,
    events: events(dir, { numbers, index, beganAt, ended }, losses),
  };
}

function tellMissing(numbers: readonly number[], losses: Losses): void {
  const first = numbers[0] ?? 1;
  if (first > 1)
    losses.add(first === 2 ? 'part 1 has been removed to make room' : `parts 1 to ${first - 1} have been removed to make room`);
  numbers.forEach((n, at) => {
    const gap = n - (numbers[at - 1] ?? n - 1) - 1;
    if (gap === 1) losses.add(`part ${n - 1} is missing`);
    if (gap > 1) losses.add(`parts ${n - gap} to ${n - 1} are missing`);
  });
}

async function headerOf(path: string): Promise<CastHeader | undefined> {
  try {
    for await (const { text } of fileLines(path, LINE_BYTES)) return text === undefined ? undefined : parseHeader(text);
  } catch {} // told of when its events are read
  return undefined;
}

function sizeOf(header: CastHeader | undefined): ScreenSize | undefined {
  return header && sizeFrom(header.width, header.height);
}

const sizeFrom = (cols: number, rows: number): ScreenSize | undefined =>
  [cols, rows].every((count) => Number.isInteger(count) && count >= 1 && count <= MOST_CELLS) ? { cols, rows } : undefined;

/** The size that an event tells, as `80x24`; undefined for what is none. */
export function sizeIn(text: string): ScreenSize | undefined {
  const [, cols, rows] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  return cols === undefined || rows === undefined ? undefined : sizeFrom(Number(cols), Number(rows));
}

function beginOf(n: number, header: CastHeader | undefined, index: RecordingIndex | undefined): number | undefined {
  const noted = index?.parts.find((part) => part.n === n)?.at;
  return typeof noted === 'number' && Number.isFinite(noted) ? noted : header && header.timestamp * 1000;
}

type Laid = Pick<Recording, 'beganAt' | 'ended'> & {
  readonly numbers: readonly number[];
  readonly index: RecordingIndex | undefined;
};

/** Where a stream is, from part to part. */
type Place = {
  at: number;
  size: ScreenSize | undefined /** Number of the next byte of output, while nothing was lost. */;
  seq: number | undefined;
};

async function* events(dir: string, { numbers, index, beganAt, ended }: Laid, losses: Losses): AsyncGenerator<Played> {
  const place: Place = { at: 0, size: undefined, seq: undefined };
  for (const n of numbers) {
    const isLast = n === numbers.at(-1);
    try {
      yield* part(join(dir, partName(n)), { n, index, beganAt, mayBeTorn: isLast && !ended }, place, losses);
    } catch (fault) {
      const { code } = fault as NodeJS.ErrnoException;
      if (code === undefined) throw fault;
      losses.add(`part ${n} cannot be read (${code})`);
      place.seq = undefined;
    }
  }
}

type Part = Pick<Laid, 'index' | 'beganAt'> & { readonly n: number; readonly mayBeTorn: boolean };

async function* part(path: string, { n, index, beganAt, mayBeTorn }: Part, place: Place, losses: Losses): AsyncGenerator<Played> {
  let [base, line, goesOn, isFirst] = [place.at, 0, false, n > 1];
  for await (const { text, whole } of fileLines(path, LINE_BYTES)) {
    if (++line === 1) {
      const header = text === undefined ? undefined : parseHeader(text);
      const began = beginOf(n, header, index);
      if (began !== undefined) base = Math.max(place.at, (began - beganAt) / 1000);
      goesOn = place.seq !== undefined && header?.gt?.seq === place.seq;
      place.seq = header?.gt?.seq;
      const size = sizeOf(header);
      if (size && place.size && !isSame(size, place.size)) yield { at: base, kind: 'r', text: `${size.cols}x${size.rows}` };
      place.size = size ?? place.size;
      if (header) continue;
      losses.add(`part ${n} does not begin as a recording does`);
    }
    if (text === '') continue;
    const event = text === undefined ? undefined : soundEvent(text);
    if (!event) {
      place.seq = undefined;
      if (whole) losses.line(n);
      else if (!mayBeTorn) losses.add(`the last line of part ${n} is cut`);
      continue;
    }
    const isPicture = isFirst && event.kind === 'o' && event.text.startsWith(PICTURE);
    if (event.kind === 'o') isFirst = false;
    follow(event, isPicture, place, losses);
    place.at = Math.max(place.at, base + event.at);
    // what it paints is on the screen already
    if (!(isPicture && goesOn)) yield { at: place.at, kind: event.kind, text: event.text };
  }
}

function soundEvent(text: string): CastEvent | undefined {
  const event = parseEvent(text);
  const isSound = event && Number.isFinite(event.at) && (event.kind !== 'r' || sizeIn(event.text) !== undefined);
  return isSound ? event : undefined;
}

/** Keeps account of what an event is. */
function follow({ kind, text }: CastEvent, isPicture: boolean, place: Place, losses: Losses): void {
  if (kind === 'r') place.size = sizeIn(text);
  const gap = kind === 'm' ? /^gap: (\d+) bytes/.exec(text)?.[1] : undefined;
  if (gap !== undefined) {
    losses.gap(Number(gap));
    place.seq = undefined;
  }
  if (kind === 'o' && !isPicture && place.seq !== undefined) place.seq += Buffer.byteLength(text);
}

const isSame = (one: ScreenSize, other: ScreenSize): boolean => one.cols === other.cols && one.rows === other.rows;
