import { createReadStream } from 'node:fs';

/** A line of a file without its end; `whole` is false of a last one that nothing ends. Undefined stands for a line that is too long to be one of ours. */
export type FileLine = { readonly text: string | undefined; readonly whole: boolean };

const NEWLINE = 0x0a;

/** The lines of a file, read as they are asked for: whatever is in it, no more than one of `limit` bytes is held. Rejects as reading does. */
export async function* fileLines(path: string, limit: number): AsyncGenerator<FileLine> {
  let held: Buffer[] = [];
  let size = 0;
  let tooLong = false;
  const take = (piece: Buffer) => {
    size += piece.length;
    if (size > limit) {
      tooLong = true;
      held = [];
    } else held.push(piece);
  };
  const give = (whole: boolean): FileLine => {
    const text = tooLong ? undefined : Buffer.concat(held).toString('utf8');
    held = [];
    size = 0;
    tooLong = false;
    return { text, whole };
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 256 << 10 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      yield give(true);
      from = at + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (size > 0) yield give(false);
}
