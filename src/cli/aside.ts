/** What a command tells its own text besides its value: no part of the value, so none of the JSON. */
const ASIDES = new WeakMap<object, unknown>();

/** The same value, with something for the text of its command. */
export function withAside<V extends object>(value: V, aside: unknown): V {
  ASIDES.set(value, aside);
  return value;
}

/** What was said beside a value; undefined when nothing was. */
export const asideOf = <A>(value: object): A | undefined => ASIDES.get(value) as A | undefined;
