import { meant, type Note, note, type Path } from './faults.ts';

/** Reading plain values (of TOML or JSON) into typed ones: a shape for each kind of value, which notes every fault and goes on. */

/** What reading one file has brought to light. */
export type Reading = {
  readonly file: string;
  /** Name of the formula, as far as it is known. */
  readonly formula: string;
  readonly faults: Note[];
  readonly warnings: Note[];
  /** Places of the keys that are known, and of those that are not. */
  readonly read: Path[];
  readonly ignored: Path[];
};

/** Reads a value; undefined when it is faulty, and the fault has been noted. */
export type Shape<T> = (value: unknown, at: Path, into: Reading) => T | undefined;

/** Keys that the language does not know: kept, and warned of. */
export type Extra = Readonly<Record<string, unknown>>;

type Kind = 'string' | 'boolean' | 'object';
const KINDS: Readonly<Record<Kind, string>> = { string: 'a text', boolean: 'a flag', object: 'a table' };

/** How one key of a table is read: its shape, what it is when absent, or that it must be there. */
export type Field<T> = {
  readonly shape: Shape<T>;
  readonly otherwise?: T;
  readonly required?: boolean;
  /** The key is gt's own: a value that is not of this kind is somebody else's key of the same name, and is kept like an unknown one. */
  readonly only?: Kind;
};

/** What a reader adds to a table, and no file says. */
type Added = 'extra' | 'origin' | 'waits' | 'also' | 'leg' | 'repeat';
type Known<T> = Exclude<keyof T, Added>;
type Fields<T> = { readonly [K in Known<T>]: Field<Exclude<T[K], undefined>> };

/** A key that may be absent. */
export const may = <T>(shape: Shape<T>): Field<T> => ({ shape });
/** A key that is `otherwise` when absent. */
export const or = <T>(shape: Shape<T>, otherwise: T): Field<T> => ({ shape, otherwise });
/** A key that must be there. */
export const must = <T>(shape: Shape<T>): Field<T> => ({ shape, required: true });
/** A key of gt's own, which may be absent. */
export const own = <T>(shape: Shape<T>, only: Kind = 'string'): Field<T> => ({ shape, only });

function wrong(into: Reading, at: Path, value: unknown, right: string): undefined {
  into.faults.push(note(at, `must be ${right}, and is ${kindOf(value)}`));
  return undefined;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (typeof value === 'object' && value !== null) return 'a table';
  return `${value}`;
}

/** A table of plain values: no list, no date. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** How many tables and lists lie in one another at most. */
export function depthOf(value: unknown): number {
  let depth = 0;
  for (let level = [value]; level.length > 0; depth++)
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  return depth;
}

/** A text. */
export const text: Shape<string> = (value, at, into) => (typeof value === 'string' ? value : wrong(into, at, value, 'a text'));

/** A text that is not empty. */
export const word: Shape<string> = (value, at, into) =>
  typeof value === 'string' && value.trim() !== '' ? value : wrong(into, at, value, 'a text that is not empty');

/** A text; the empty one is as good as none. */
export const filled: Shape<string> = (value, at, into) => (value === '' ? undefined : text(value, at, into));

/** A text, or a number or flag that is meant as one. */
export const scalar: Shape<string> = (value, at, into) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : wrong(into, at, value, 'a text');

export const flag: Shape<boolean> = (value, at, into) =>
  typeof value === 'boolean' ? value : wrong(into, at, value, 'true or false');

/** A whole number from `least` to `most`. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Shape<number> =>
  (value, at, into) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    return wrong(into, at, value, `a whole number ${range}`);
  };

/** One of these words. */
export const oneOf =
  <const W extends string>(words: readonly W[]): Shape<W> =>
  (value, at, into) => {
    const found = words.find((one) => one === value);
    if (found !== undefined) return found;
    const hint = typeof value === 'string' ? meant(value, words) : undefined;
    const right = `one of ${words.map((one) => `"${one}"`).join(', ')}`;
    if (hint === undefined) return wrong(into, at, value, right);
    into.faults.push(note(at, `must be ${right}, and is ${kindOf(value)}`, hint));
    return undefined;
  };

/** A list of values of one shape; faulty ones are left out. */
export const list =
  <T>(of: Shape<T>): Shape<readonly T[]> =>
  (value, at, into) => {
    if (!Array.isArray(value)) return wrong(into, at, value, 'a list');
    return value.map((one, index) => of(one, [...at, index], into)).filter((one): one is Awaited<T> & T => one !== undefined);
  };

/** A table from names to values of one shape. */
export const named =
  <T>(of: Shape<T>): Shape<Readonly<Record<string, T>>> =>
  (value, at, into) => {
    if (!isTable(value)) return wrong(into, at, value, 'a table');
    const entries: Array<[string, T]> = [];
    for (const [name, one] of Object.entries(value)) {
      if (name.trim() === '') into.faults.push(note([...at, name], 'a name must not be empty'));
      const read = of(one, [...at, name], into);
      if (read !== undefined) entries.push([name, read]);
    }
    return Object.fromEntries(entries);
  };

/** A table whose values are kept as they are; dates become texts, so that TOML and JSON give the same. */
export const anything: Shape<Extra> = (value, at, into) =>
  isTable(value) ? (plain(value) as Extra) : wrong(into, at, value, 'a table');

/** A copy in which every table is a plain object and every date a text. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return value.toISOString();
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

/** A table with known keys; undefined when one that it must have is missing or faulty. Unknown ones are kept in `extra` and warned of, with the key that was meant or what `foreign` says of them. */
export function table<T extends { readonly extra?: Extra }>(
  fields: Fields<T>,
  foreign: Readonly<Record<string, string>> = {},
): Shape<Omit<T, Exclude<Added, 'extra'>>> {
  const known = Object.entries(fields) as Array<[string, Field<unknown>]>;
  const names = known.map(([name]) => name);
  return (value, at, into) => {
    if (!isTable(value)) return wrong(into, at, value, 'a table');
    const result: Record<string, unknown> = {};
    const extra: Array<[string, unknown]> = [];
    let whole = true;
    const strange = new Set(
      known.flatMap(([name, { only }]) => (only && value[name] !== null && typeof value[name] !== only ? [name] : [])),
    );
    for (const [name, { shape, otherwise, required }] of known) {
      if (!Object.hasOwn(value, name) || value[name] === null || strange.has(name)) {
        if (required) {
          into.faults.push(note(at, `\`${name}\` is missing`));
          whole = false;
        }
        if (otherwise !== undefined) result[name] = otherwise;
        continue;
      }
      into.read.push([...at, name]);
      const read = shape(value[name], [...at, name], into) ?? otherwise;
      if (read !== undefined) result[name] = read;
      else if (required) whole = false;
    }
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(fields, name) && !strange.has(name)) continue;
      into.ignored.push([...at, name]);
      const hint = Object.hasOwn(foreign, name) ? foreign[name] : strange.has(name) ? undefined : meant(name, names);
      const kind = KINDS[fields[name as keyof typeof fields]?.only ?? 'string'];
      const says = strange.has(name) ? `gt's own \`${name}\` is ${kind}: this one is kept` : `unknown key \`${name}\``;
      into.warnings.push(note([...at, name], says, hint));
      extra.push([name, plain(value[name])]);
    }
    if (extra.length > 0) result['extra'] = Object.fromEntries(extra);
    return whole ? (result as Omit<T, Exclude<Added, 'extra'>>) : undefined;
  };
}
