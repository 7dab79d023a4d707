/** How sessions ended, on disk until the run's record holds it: a directory each, so that it outlives the host. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exit } from './host.ts';
import { endOfCode } from './launch.ts';

/** What is known of a session when it starts. `token` is the value of its GT_SESSION; `boot` tells for which run of the system pid and born are good. */
export type Start = {
  readonly id: string;
  readonly pid: number;
  readonly born: string;
  readonly boot: string;
  readonly startedAt: number;
  readonly cwd: string;
  readonly token: string;
  /** The screen's size at the start, in characters. */
  readonly cols: number;
  readonly rows: number;
};

/** What is known when all of its output was seen. */
export type Ending = { readonly exit: Exit; readonly seq: number; readonly lastOutputAt: number };

/** A session of an earlier host: without an ending if that host did not live to see it, but with the exit if the session's shell wrote its code. */
export type Kept = { readonly start: Start; readonly ending?: Ending; readonly exit?: Exit; readonly tail: Buffer };

/** Bytes of output kept beside an exit. */
export const TAIL_BYTES = 64 << 10;

/** Names this run of the system. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

/** Writes a file whole or not at all; readable by us alone. */
export function replaceFile(path: string, content: string | Buffer): void {
  const draft = `${path}.new`;
  try {
    writeFileSync(draft, content, { mode: 0o600 });
    renameSync(draft, path);
  } catch (fault) {
    rmSync(draft, { force: true }); // half a file would keep a full disk full
    throw fault;
  }
}

/** The exits kept under one directory. Its calls are synchronous: small files of a few kB, beside a fork that blocks longer. */
export class Exits {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  /** Where a session's shell writes the exit code. */
  codeFile(id: string): string {
    return join(this.#dir, id, 'code');
  }

  /** Makes room for a session, before its fork. */
  prepare(id: string): void {
    this.forget(id);
    mkdirSync(join(this.#dir, id), { mode: 0o700 });
  }

  started(start: Start): void {
    replaceFile(join(this.#dir, start.id, 'start.json'), JSON.stringify(start));
  }

  /** Keeps the ending and the last 64 kB of output; the ending is written last, so that it is there only with its output. */
  ended(id: string, ending: Ending, tail: Buffer): void {
    replaceFile(join(this.#dir, id, 'tail'), tail);
    replaceFile(join(this.#dir, id, 'end.json'), JSON.stringify(ending));
  }

  /** Removes all of a session. Idempotent. */
  forget(id: string): void {
    rmSync(join(this.#dir, id), { recursive: true, force: true });
  }

  /** The exit by the code that the session's shell wrote, if it did. */
  readCode(id: string): Exit | undefined {
    const text = this.#read(id, 'code')?.toString('latin1').trim();
    if (text === undefined || !/^\d+$/.test(text)) return undefined;
    return { ...endOfCode(Number(text)), at: Math.round(statSync(this.codeFile(id)).mtimeMs) };
  }

  /** All that was not forgotten and is not known already. What never got as far as a process is removed. */
  load(isKnown: (id: string) => boolean): Kept[] {
    return readdirSync(this.#dir).flatMap((id) => {
      if (isKnown(id)) return [];
      const start = this.#parse<Start>(id, 'start.json');
      if (start?.id !== id) {
        this.forget(id);
        return [];
      }
      const ending = this.#parse<Ending>(id, 'end.json');
      const exit = ending?.exit ?? this.readCode(id);
      const tail = this.#read(id, 'tail') ?? Buffer.alloc(0);
      return [{ start, tail, ...(ending && { ending }), ...(exit && { exit }) }];
    });
  }

  #read(id: string, name: string): Buffer | undefined {
    try {
      return readFileSync(join(this.#dir, id, name));
    } catch {
      return undefined;
    }
  }

  #parse<T>(id: string, name: string): T | undefined {
    try {
      return JSON.parse(this.#read(id, name)?.toString('utf8') ?? '') as T;
    } catch {
      return undefined;
    }
  }
}
