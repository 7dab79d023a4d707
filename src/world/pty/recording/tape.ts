/** A file that is appended to beside everything else: nobody waits for the disk, and what waits for it is bounded. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Text that may wait to be written, in UTF-16 units. */
const QUEUE_LIMIT = 1 << 20;

/** An open file. */
export type TapeFile = { readonly append: (text: string) => Promise<void>; readonly close: () => Promise<void> };
/** Opens a file to append to, readable by us alone, and makes its directory. A new one must not be there yet. */
export type OpenTape = (path: string, isNew: boolean) => Promise<TapeFile>;

export const openOnDisk: OpenTape = async (path, isNew) => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, isNew ? 'ax' : 'a', 0o600);
  return { append: (text) => file.appendFile(text), close: () => file.close() };
};

/** What a tape tells: `idle` when all of it is on disk, `fault` once, after which it takes nothing. */
export type TapeListener = { readonly idle: () => void; readonly fault: (fault: Error) => void };

/** One such file. */
export class Tape {
  readonly #listener: TapeListener;
  #queue: string[] = [];
  #queued = 0;
  #size: number;
  #isBroken = false;
  #isClosed = false;
  readonly #open: () => Promise<TapeFile>;
  #file: Promise<TapeFile> | undefined;
  #work: Promise<void> | undefined;

  /** `size` is how long the file is already. It is opened when there is something to write. */
  constructor(path: string, listener: TapeListener, openTape: OpenTape, size = 0) {
    this.#listener = listener;
    this.#size = size;
    this.#open = () => openTape(path, size === 0);
  }

  /** Bytes of the file when all is written. */
  get size(): number {
    return this.#size;
  }

  /** Text that it has taken and that is not on disk, in UTF-16 units. */
  get queued(): number {
    return this.#queued;
  }

  /** Takes a text, or nothing of it: false when too much waits. */
  write(text: string): boolean {
    if (this.#isBroken || this.#isClosed || this.#queued + text.length > QUEUE_LIMIT) return false;
    this.#queue.push(text);
    this.#queued += text.length;
    this.#size += Buffer.byteLength(text);
    this.#work ??= this.#run();
    return true;
  }

  /** Writes what waits, and closes. Resolves when all is on disk, or never will be. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
    await this.#release();
  }

  async #release(): Promise<void> {
    await this.#file?.then((file) => file.close()).catch(() => undefined);
  }

  async #run(): Promise<void> {
    try {
      this.#file ??= this.#open();
      const file = await this.#file;
      while (this.#queue.length > 0) {
        const text = this.#queue.join('');
        this.#queue = [];
        await file.append(text);
        this.#queued -= text.length;
      }
      this.#work = undefined;
    } catch (fault) {
      this.#isBroken = true;
      this.#queue = [];
      this.#work = undefined;
      void this.#release();
      this.#listener.fault(fault as Error);
      return;
    }
    if (!this.#isClosed) this.#listener.idle();
  }
}
