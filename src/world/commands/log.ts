import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { Redactor } from '#core/redact/redact';

const TAIL = 4096;

/** `done` resolves when all output is in the file; `tail` tells the last 4 kB of what came so far. */
export type Log = { readonly done: Promise<void>; readonly tail: () => string };

/**
 * Writes a stream to `file` and keeps its end: when half of `cap` (bytes) is full, that half is set aside as `<file>.older`, and what was set aside before is
 * dropped. At the end the two are joined, after one line that says how much is missing. So the disk never holds more than twice `cap`, and the log the last
 * `cap / 2` to `cap` bytes. The stream is read no faster than it is written. What is secret, `secrets` and what has the form of a
 * key, becomes stars. Rejects when the disk does not take it; a stream that is destroyed has just ended.
 */
export function keepLog(stream: Readable, file: string, cap: number, secrets: readonly string[] = []): Log {
  let tail = Buffer.alloc(0);
  const readTail = () => tail.toString('utf8').replace(/^\uFFFD+/, '');
  // Connected at once: Node throws away what nobody reads when the process has ended.
  const output = new PassThrough();
  pipeline(stream, output, () => {});
  const done = (async () => {
    const older = `${file}.older`;
    await rm(older, { force: true });
    const state = { dropped: 0, aside: 0, here: 0 };
    let handle = await open(file, 'w');
    try {
      for await (const chunk of withoutSecrets(output, secrets)) {
        tail = Buffer.concat([tail, chunk]).subarray(-TAIL);
        if (state.here > 0 && state.here + chunk.length > cap / 2) {
          await handle.close();
          await rename(file, older);
          handle = await open(file, 'w');
          state.dropped += state.aside;
          state.aside = state.here;
          state.here = 0;
        }
        await handle.writeFile(chunk);
        state.here += chunk.length;
      }
    } finally {
      await handle.close();
    }
    if (state.aside > 0) await join(file, older, state.dropped);
  })();
  return { done, tail: readTail };
}

/** Output without secrets, wherever its chunks are cut. A stream that is destroyed has just ended. */
async function* withoutSecrets(output: AsyncIterable<Buffer>, secrets: readonly string[]): AsyncGenerator<Buffer> {
  const [decoder, redactor] = [new StringDecoder('utf8'), new Redactor(secrets)];
  try {
    for await (const chunk of output) {
      const free = redactor.push(decoder.write(chunk));
      if (free !== '') yield Buffer.from(free);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  const rest = redactor.push(decoder.end()) + redactor.end();
  if (rest !== '') yield Buffer.from(rest);
}

async function join(file: string, older: string, dropped: number): Promise<void> {
  const whole = `${file}.whole`;
  const handle = await open(whole, 'w');
  try {
    if (dropped > 0) await handle.writeFile(`[the first ${dropped} bytes were dropped]\n`);
    await append(handle, older);
    await append(handle, file);
  } finally {
    await handle.close();
  }
  await rename(whole, file);
  await rm(older, { force: true });
}

async function append(handle: FileHandle, from: string): Promise<void> {
  for await (const chunk of createReadStream(from) as AsyncIterable<Buffer>) await handle.writeFile(chunk);
}
