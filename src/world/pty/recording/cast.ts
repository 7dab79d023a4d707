/**
 * The form of a recording: asciicast v2, one JSON value a line. A header, then events `[seconds since the header's time, kind, text]`. Players skip the
 * header's `gt`, which tells where the part stands in the session's output.
 */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** `o` output, `i` input, `r` a size as `80x24`, `m` a mark: `attach`, `nudge`, `handoff`, or `gap` with the bytes of output that are not recorded. */
export type CastKind = 'o' | 'i' | 'r' | 'm';
/** What happened after `at` seconds. */
export type CastEvent = { readonly at: number; readonly kind: CastKind; readonly text: string };

/** The head of a part. `timestamp` is in seconds since 1970; `seq` the number of the first byte of output after the part's first event. */
export type CastHeader = {
  readonly version: 2;
  readonly width: number;
  readonly height: number;
  readonly timestamp: number;
  readonly title?: string;
  readonly gt?: { readonly session: string; readonly part: number; readonly seq: number };
};

/** One part of a recording, its events read as they are asked for. */
export type CastPart = {
  readonly n: number;
  readonly path: string;
  readonly header: CastHeader;
  readonly events: AsyncIterable<CastEvent>;
};

/** A part that is damaged elsewhere than in its last line. */
export class CastBroken extends Error {
  override readonly name = 'CastBroken';
}

const KINDS = new Set<unknown>(['o', 'i', 'r', 'm']);
/** Characters of a line at most: a screen with all its colours has some 100 kB. */
const LINE_LIMIT = 32 << 20;
const PART_NAME = /^(\d+)\.cast$/;

export const partName = (n: number): string => `${n}.cast`;

export function headerLine(header: CastHeader): string {
  return `${JSON.stringify(header)}\n`;
}

export function eventLine({ at, kind, text }: CastEvent): string {
  return `[${at.toFixed(3)}, "${kind}", ${JSON.stringify(text)}]\n`;
}

/** The first line of a part; undefined for any other text. */
export function parseHeader(line: string): CastHeader | undefined {
  const header = parse(line) as Partial<CastHeader> | undefined;
  const isOne = header?.version === 2 && [header.width, header.height, header.timestamp].every(Number.isFinite);
  return isOne ? (header as CastHeader) : undefined;
}

/** Any further line; undefined for a text that is none. */
export function parseEvent(line: string): CastEvent | undefined {
  const event = parse(line);
  if (!Array.isArray(event)) return undefined;
  const [at, kind, text] = event;
  return typeof at === 'number' && KINDS.has(kind) && typeof text === 'string' ? { at, kind, text } : undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The lines of a file with their numbers from 1, and whether each is the last. */
async function* linesOf(path: string): AsyncGenerator<{ line: string; number: number; isLast: boolean }> {
  let number = 0;
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 256 << 10 })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LIMIT) throw new CastBroken(`Line ${number + lines.length + 1} of ${path} has no end.`);
    // the last one that is whole is held back as well: nothing may follow
    const held = rest === '' ? lines.pop() : undefined;
    for (const line of lines) yield { line, number: ++number, isLast: false };
    if (held !== undefined) rest = `${held}\n`;
  }
  for (const line of rest.split('\n').filter((text) => text !== '')) yield { line, number: ++number, isLast: true };
}

async function* eventsOf(path: string): AsyncGenerator<CastEvent> {
  for await (const { line, number, isLast } of linesOf(path)) {
    if (number === 1 || line === '') continue;
    const event = parseEvent(line);
    if (event) yield event;
    else if (!isLast) throw new CastBroken(`Line ${number} of ${path} is no event of a recording.`);
  }
}

/**
 * One part. A last line that was not written whole is left out; of a file without a whole header there is no part. Throws CastBroken, also while the events
 * are read.
 */
async function readPart(path: string, n = 1): Promise<CastPart | undefined> {
  for await (const { line, isLast } of linesOf(path)) {
    const header = parseHeader(line);
    if (header) return { n, path, header, events: eventsOf(path) };
    if (isLast) return undefined;
    throw new CastBroken(`${path} does not begin as a recording does.`);
  }
  return undefined;
}

/** The numbers of the parts in a recording's directory, in order. None when it is not there. */
export async function partNumbers(dir: string): Promise<number[]> {
  const names = await readdir(dir).catch((fault: NodeJS.ErrnoException): string[] => {
    if (fault.code === 'ENOENT') return [];
    throw fault;
  });
  const numbers = names.flatMap((name) => PART_NAME.exec(name)?.[1] ?? []).map(Number);
  return numbers.sort((left, right) => left - right);
}

/** The parts of a recording, oldest first. Each but the first begins with the screen as it was. */
export async function* readRecording(dir: string): AsyncGenerator<CastPart> {
  for (const n of await partNumbers(dir)) {
    const part = await readPart(join(dir, partName(n)), n);
    if (part) yield part;
  }
}
