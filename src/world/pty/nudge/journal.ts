/** What was begun with nudges, on disk: a file per session, a line per step. Whoever finds it after a crash knows what may have been sent. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '#world/pty/exits';
import type { NudgeResult, Step } from './asked.ts';
import type { Nudge } from './nudge.ts';

/** Lines of a file before it is written anew with the last of each nudge, and nudges kept then. */
const LINES = 4_000;
const KEPT = 1_000;
/** Texts kept as files for one session. */
const TEXTS = 250;

type Entry = {
  readonly nudge: string;
  readonly step: Step;
  readonly enters: number;
  /** When the last Enter was pressed, ms since 1970. */
  readonly enteredAt?: number;
  readonly result?: NudgeResult;
};

function entryOf({ order, step, enters, enteredAt, result }: Nudge): Entry {
  const { outcome, why } = result ?? {};
  const ended = outcome && { result: { outcome, ...(why !== undefined && { why }) } };
  return { nudge: order.nudge, step, enters, ...(enters > 0 && { enteredAt }), ...ended };
}

/** The journals below one directory. Its calls are synchronous: a step is on disk before it is made. */
export class Journal {
  readonly #dir: string;
  readonly #lines = new Map<string, number>();

  /** Removes what belongs to sessions that are not known any more. */
  constructor(dir: string, isKnown: (session: string) => boolean) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const session of readdirSync(dir)) if (!isKnown(session)) this.forget(session);
  }

  /** Throws what the system says when it cannot be written. */
  note(nudge: Nudge): void {
    const { session } = nudge.order;
    const lines = this.#lines.get(session) ?? 0;
    if (lines === 0) mkdirSync(join(this.#dir, session), { recursive: true, mode: 0o700 });
    appendFileSync(this.#file(session), `${JSON.stringify(entryOf(nudge))}\n`, { mode: 0o600 });
    this.#lines.set(session, lines + 1);
    if (lines >= LINES) this.#shorten(session);
  }

  /** Each nudge as it was last noted. */
  load(session: string): Map<string, Entry> {
    let text = '';
    try {
      text = readFileSync(this.#file(session), 'utf8');
    } catch {}
    const entries = new Map<string, Entry>();
    for (const line of text.split('\n')) {
      try {
        const entry = JSON.parse(line) as Entry;
        entries.delete(entry.nudge);
        entries.set(entry.nudge, entry);
      } catch {} // the last line may be torn
    }
    return entries;
  }

  /** Keeps a text in a file; the oldest go when there are too many. Answers with its path. */
  keepText({ order: { session, nudge, text } }: Nudge): string {
    const dir = join(this.#dir, session, 'texts');
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const kept = readdirSync(dir).sort((left, right) => Number.parseInt(left, 10) - Number.parseInt(right, 10));
    for (const old of kept.slice(0, Math.max(0, kept.length - TEXTS + 1))) rmSync(join(dir, old), { force: true });
    const path = join(dir, `${(Number.parseInt(kept.at(-1) ?? '0', 10) || 0) + 1}-${nudge}.txt`);
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
    return path;
  }

  /** Removes all of a session. Idempotent. */
  forget(session: string): void {
    this.#lines.delete(session);
    rmSync(join(this.#dir, session), { recursive: true, force: true });
  }

  #file(session: string): string {
    return join(this.#dir, session, 'log');
  }

  #shorten(session: string): void {
    const entries = [...this.load(session).values()].slice(-KEPT);
    replaceFile(this.#file(session), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    this.#lines.set(session, entries.length);
  }
}
