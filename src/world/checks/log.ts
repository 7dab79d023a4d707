import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';

const TAIL = 4096;

/** What became of a check's output. */
export type Logged = { readonly bytes: number; readonly dropped: number; readonly tail: () => string };

/**
 * Writes a stream to `file` and keeps its end: when half of `cap` (bytes) is full, that half is set aside as `<file>.older`, and what was set aside before is
 * dropped. At the end the two are joined, after one line that says how much is missing. So the disk never holds more than twice `cap`, and the log the last
 * `cap / 2` to `cap` bytes. The stream is read no faster than it is written. Rejects when the disk does not take it.
 */
export function keepLog(stream: Readable, file: string, cap: number): { done: Promise<Logged>; tail: () => string } {
  let tail = Buffer.alloc(0);
  const readTail = () => tail.toString('utf8').replace(/^\uFFFD+/, '');
  const done = (async () => {
    const older = `${file}.older`;
    await rm(older, { force: true });
    const state = { bytes: 0, dropped: 0, aside: 0, here: 0 };
    let handle = await open(file, 'w');
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        tail = Buffer.concat([tail, chunk]).subarray(-TAIL);
        state.bytes += chunk.length;
        if (state.here > 0 && state.here + chunk.length > cap / 2) {
          await handle.close();
          await rename(file, older);
          handle = await open(file, 'w');
          state.dropped += state.aside;
          state.aside = state.here;
          state.here = 0;
        }
        await handle.write(chunk);
        state.here += chunk.length;
      }
    } finally {
      await handle.close();
    }
    if (state.aside > 0) await join(file, older, state.dropped);
    return { bytes: state.bytes, dropped: state.dropped, tail: readTail };
  })();
  return { done, tail: readTail };
}

async function join(file: string, older: string, dropped: number): Promise<void> {
  const whole = `${file}.whole`;
  const handle = await open(whole, 'w');
  try {
    if (dropped > 0) await handle.write(`[the first ${dropped} bytes were dropped]\n`);
    await append(handle, older);
    await append(handle, file);
  } finally {
    await handle.close();
  }
  await rename(whole, file);
  await rm(older, { force: true });
}

async function append(handle: FileHandle, from: string): Promise<void> {
  for await (const chunk of createReadStream(from) as AsyncIterable<Buffer>) await handle.write(chunk);
}
