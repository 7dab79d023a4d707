/** The file by which a host tells its successor all that it knows: JSON with the bytes beside it, and a sum at the end. Readable by us alone. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { replaceFile } from './exits.ts';

/** Counts up when an older or newer host would misread the file; a successor that does not know it never gets ready, and nothing happens. */
const VERSION = 1;
const SUM_BYTES = 32;
const HEAD_BYTES = 8;
/** Stands in the JSON for bytes: where they begin after it, and how many there are. */
const BYTES = '$bytes';

type Place = readonly [at: number, length: number];

function sumOf(...parts: readonly Buffer[]): Buffer {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest();
}

/** Takes the bytes out of a value. */
function flatten(value: unknown, chunks: Buffer[], end: { at: number }): unknown {
  if (Buffer.isBuffer(value)) {
    const place: Place = [end.at, value.length];
    chunks.push(value);
    end.at += value.length;
    return { [BYTES]: place };
  }
  if (Array.isArray(value)) return value.map((one) => flatten(one, chunks, end));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, flatten(one, chunks, end)]));
}

/** Writes plain data with Buffers in it: whole or not at all. */
export function writeState(path: string, value: unknown): void {
  const chunks: Buffer[] = [];
  const json = Buffer.from(JSON.stringify(flatten(value, chunks, { at: 0 })));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(VERSION, 0);
  head.writeUInt32BE(json.length, 4);
  const parts = [head, json, ...chunks];
  replaceFile(path, Buffer.concat([...parts, sumOf(...parts)]));
}

/** Reads what `writeState` wrote. Throws when there is no such file, it is of another version, or a byte of it is wrong. */
export function readState(path: string): unknown {
  const file = readFileSync(path);
  const body = file.subarray(0, Math.max(0, file.length - SUM_BYTES));
  if (body.length < HEAD_BYTES || !sumOf(body).equals(file.subarray(body.length))) throw new Error(`${path} is damaged`);
  const version = body.readUInt32BE(0);
  if (version !== VERSION) throw new Error(`${path} has version ${version}, this build reads ${VERSION}`);
  const bytes = HEAD_BYTES + body.readUInt32BE(4);
  return JSON.parse(body.subarray(HEAD_BYTES, bytes).toString(), (_, value) => {
    const place = (value as { [BYTES]?: Place } | null)?.[BYTES];
    return place ? body.subarray(bytes + place[0], bytes + place[0] + place[1]) : value;
  });
}
