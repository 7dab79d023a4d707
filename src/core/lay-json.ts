import type { Json } from './preset.ts';

/** What tells that an entry of a list is ours: our hooks call gt by this variable. */
const isOurs = (entry: Json): boolean => JSON.stringify(entry).includes('GT_BIN');

/**
 * Lays our keys over a JSON value: objects key by key, our scalars instead of theirs, our entries behind theirs in lists, each once. Entries of ours that an
 * older gt wrote, and that are no longer wanted, are taken out. Laying twice changes nothing.
 */
export function layJson(theirs: Json | undefined, ours: Json): Json {
  return lay(theirs, ours, (entry) => !isOurs(entry));
}

/** Adds our keys where theirs are absent; what they set stays. */
export function fillJson(theirs: Json | undefined, ours: Json): Json {
  if (!isObject(theirs) || !isObject(ours)) return theirs ?? ours;
  const added = Object.entries(ours).map(([key, value]) => [key, fillJson(own(theirs, key), value)]);
  return { ...theirs, ...Object.fromEntries(added) };
}

/** Two wishes for one file as one: as `layJson`, with all entries of both lists. */
export function joinJson(first: Json, second: Json): Json {
  return lay(first, second, () => true);
}

function lay(theirs: Json | undefined, ours: Json, stays: (entry: Json) => boolean): Json {
  if (Array.isArray(ours)) {
    const kept = (Array.isArray(theirs) ? theirs : []).filter((one) => stays(one) || has(ours, one));
    return [...kept, ...ours.filter((one) => !has(kept, one))];
  }
  if (!isObject(ours)) return ours;
  const under = isObject(theirs) ? theirs : {};
  const over = Object.entries(ours).map(([key, value]) => [key, lay(own(under, key), value, stays)]);
  return { ...under, ...Object.fromEntries(over) };
}

/** Whether a list has an entry that says the same. */
const has = (list: readonly Json[], wanted: Json): boolean => list.some((one) => same(one, wanted));

/** Whether two JSON values say the same; the order of keys does not count. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, index) => same(one, b[index]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (value: { [key: string]: Json }, key: string): Json | undefined =>
  Object.hasOwn(value, key) ? value[key] : undefined;
