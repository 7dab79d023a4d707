/** A recording's directory: which parts it has, told in `index.json`, and that they do not grow beyond a size. */
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { partName, partNumbers } from './cast.ts';

/** A part: the number of its first byte of output, and when it began (ms since 1970). */
type Part = { readonly n: number; readonly seq: number; readonly at: number };

/** What `index.json` tells. Times are ms since 1970; `end` is there when the session has ended and all is written. */
export type RecordingIndex = {
  readonly version: 1;
  readonly session: string;
  readonly startedAt: number;
  readonly parts: readonly Part[];
  readonly end?: { readonly at: number; readonly seq: number };
};

const indexPath = (dir: string): string => join(dir, 'index.json');

/** The index, or undefined when there is none that can be read. */
export async function readIndex(dir: string): Promise<RecordingIndex | undefined> {
  try {
    const index = JSON.parse(await readFile(indexPath(dir), 'utf8')) as RecordingIndex;
    return index?.version === 1 && Array.isArray(index.parts) ? index : undefined;
  } catch {
    return undefined;
  }
}

/** One recording's directory. Its calls work one after another; faults reject. */
export class Shelf {
  readonly dir: string;
  #index: RecordingIndex;
  #line: Promise<void> = Promise.resolve();

  constructor(dir: string, about: { readonly session: string; readonly startedAt: number; readonly parts?: readonly Part[] }) {
    this.dir = dir;
    this.#index = { version: 1, parts: [], ...about };
  }

  get parts(): readonly Part[] {
    return this.#index.parts;
  }

  path(n: number): string {
    return join(this.dir, partName(n));
  }

  /** Notes a new part, after the oldest have gone that leave no room of `room` bytes below `most` in all. */
  add(part: Part, most: number, room: number): Promise<void> {
    return this.#next(async () => {
      const kept = await this.#trim(part.n, most - room);
      this.#index = { ...this.#index, parts: [...this.#index.parts.filter(({ n }) => kept.has(n)), part] };
    });
  }

  /** Notes the end. */
  end(at: number, seq: number): Promise<void> {
    return this.#next(async () => {
      this.#index = { ...this.#index, end: { at, seq } };
    });
  }

  #next(change: () => Promise<void>): Promise<void> {
    const done = this.#line.then(async () => {
      await mkdir(this.dir, { recursive: true, mode: 0o700 });
      await change();
      const path = indexPath(this.dir);
      await writeFile(`${path}.new`, JSON.stringify(this.#index), { mode: 0o600 });
      await rename(`${path}.new`, path);
    });
    this.#line = done.catch(() => undefined);
    return done;
  }

  /** Removes the oldest parts before `n` until the rest have at most `most` bytes. Answers with the numbers that stay. */
  async #trim(n: number, most: number): Promise<Set<number>> {
    const kept = new Set<number>();
    let bytes = 0;
    for (const old of (await partNumbers(this.dir)).filter((number) => number < n).reverse()) {
      bytes += (await stat(this.path(old))).size;
      if (bytes <= most) kept.add(old);
      else await rm(this.path(old), { force: true });
    }
    return kept;
  }
}
