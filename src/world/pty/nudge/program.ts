/** What a nudge has to know of the program that it is for: a preset's data, which comes with the request. */
import { KEY_BYTES } from '#core/key-bytes';
import type { Signs } from '#core/screen-signs';
import { compileSigns, SignFault } from '#core/screen-signs';
import { HostRefused } from '#world/pty/host';

/** Between a paste and its Enter, whatever a preset says, in ms. */
const LONGEST_WAIT = 10_000;
const DEFAULT_WAIT = 150;
const KEPT = 50;

/** A program's data, ready to be used. */
export type Program = {
  readonly signs: Signs;
  /** Whether it puts input in a queue while it is busy. */
  readonly queues: boolean;
  /** How long Enter has to wait after a paste of so many bytes, ms. */
  readonly enterAfter: (bytes: number) => number;
  /** Keys that put a draft aside. */
  readonly stash: string | undefined;
};

function bad(what: string): HostRefused {
  return new HostRefused('BAD_REQUEST', `${what}.`);
}

function part(data: object, name: string): Record<string, unknown> {
  const value = (data as Record<string, unknown>)[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw bad(`\`program.${name}\` must be an object`);
  return value as Record<string, unknown>;
}

function waitOf(value: unknown, name: string, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number' || !(value >= 0 && value <= LONGEST_WAIT))
    throw bad(`\`${name}\` must be a number from 0 to ${LONGEST_WAIT}`);
  return value;
}

function stashOf(keys: Record<string, unknown>): string | undefined {
  const { stash } = keys;
  if (stash === undefined) return undefined;
  if (!Array.isArray(stash) || !stash.every((key) => Object.hasOwn(KEY_BYTES, key)))
    throw bad(`\`keys.stash\` must be a list of ${Object.keys(KEY_BYTES).join(', ')}`);
  return stash.map((key) => KEY_BYTES[key]).join('');
}

/** Compiles the signs of a screen. Throws BAD_REQUEST that names the sign. */
export function readSigns(screen: unknown): Signs {
  try {
    return compileSigns(screen);
  } catch (fault) {
    if (fault instanceof SignFault) throw bad(fault.message);
    throw fault;
  }
}

function readProgram(data: object): Program {
  const submit = part(data, 'submit');
  const large = submit['large'] === undefined ? undefined : part(submit, 'large');
  const wait = waitOf(submit['enter_after_ms'], 'submit.enter_after_ms', DEFAULT_WAIT);
  const largeBytes = bytesOf(large?.['bytes']);
  const largeWait = waitOf(large?.['least_ms'], 'submit.large.least_ms', 0);
  const signs = readSigns(part(data, 'screen'));
  return {
    signs,
    queues: signs.queued.length > 0,
    enterAfter: (bytes) => (bytes >= largeBytes ? Math.max(wait, largeWait) : wait),
    stash: stashOf(part(data, 'keys')),
  };
}

function bytesOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : Number.POSITIVE_INFINITY;
}

/** Programs that were read, by their data: all nudges of a session bring the same. */
export class Programs {
  readonly #kept = new Map<string, Program>();

  /** Throws BAD_REQUEST. */
  read(data: unknown): Program {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) throw bad('`program` must be an object');
    const key = JSON.stringify(data);
    const program = this.#kept.get(key) ?? readProgram(data);
    this.#kept.delete(key);
    this.#kept.set(key, program);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(old);
    }
    return program;
  }
}
