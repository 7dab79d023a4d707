/** What a request's arguments may be; each function throws BAD_REQUEST with what is wrong. */
import { HostRefused } from './host.ts';

/** The arguments of a request as they came. */
export type Args = Readonly<Record<string, unknown>>;

/** Names directories too: no separator, not hidden, not too long. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/;
const SCREEN_LIMIT = 1_000;
/** Rows of a screen shown at most: all that is kept of the largest. */
export const ROWS_LIMIT = 2_000;
/** Longest grace, ms: a day. */
const GRACE_LIMIT = 86_400_000;

/** The refusal of a malformed request. */
export function bad(what: string): HostRefused {
  return new HostRefused('BAD_REQUEST', `${what}.`);
}

/** A text without NUL. */
export function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.includes('\0')) throw bad(`\`${name}\` must be a text without NUL`);
  return value;
}

/** The session that is meant. */
export function idOf(args: Args): string {
  const id = textOf(args['id'], 'id');
  if (!ID.test(id)) throw bad(`\`${id.slice(0, 120)}\` is no session id`);
  return id;
}

/** A whole number within bounds. */
export function numberOf(value: unknown, name: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw bad(`\`${name}\` must be a whole number from ${least} to ${most}`);
  return value;
}

/** The grace of a kill, ms, if one is given. */
export function graceOf(args: Args): number | undefined {
  return args['graceMs'] === undefined ? undefined : numberOf(args['graceMs'], 'graceMs', 0, GRACE_LIMIT);
}

/** A screen's size in characters. */
export function screenOf(args: Args): { cols: number; rows: number } {
  return { cols: numberOf(args['cols'], 'cols', 1, SCREEN_LIMIT), rows: numberOf(args['rows'], 'rows', 1, SCREEN_LIMIT) };
}
