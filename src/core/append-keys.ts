import type { Json } from './preset.ts';

/**
 * Adds keys to the text of a TOML or INI file, and touches nothing else: what stands there, comments and order too, is a person's. A key or table that
 * is there already, in whatever form, stays as it is.
 */

type Syntax = 'toml' | 'ini';
type Entry = { readonly table: string; readonly key: string; readonly value: Json };
/** Where a table's lines begin and end; the top of the file is the table ''. */
type Table = { readonly name: string; readonly end: number; readonly keys: ReadonlySet<string> };

/** @param content keys of the top level, and objects as tables: `{ "a": 1, "table": { "b": true } }` */
export function appendKeys(text: string, content: Readonly<Record<string, Json>>, syntax: Syntax): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const tables = tablesOf(lines);
  const missing = entriesOf(content).filter((entry) => !isSet(entry, tables));
  const write = ({ key, value }: Entry) => (syntax === 'toml' ? `${key} = ${tomlValue(value)}` : `${key}=${iniValue(value)}`);
  // From the end of the file upwards, so that what is inserted moves nothing that is still to be found.
  for (const table of [...tables].reverse()) {
    const own = missing.filter((entry) => entry.table === table.name);
    if (own.length > 0) lines.splice(table.end, 0, ...own.map(write));
  }
  const fresh = missing.filter(({ table }) => !tables.some(({ name }) => name === table));
  for (const name of new Set(fresh.map(({ table }) => table)))
    lines.push(...(lines.length > 0 ? [''] : []), `[${name}]`, ...fresh.filter(({ table }) => table === name).map(write));
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

function entriesOf(content: Readonly<Record<string, Json>>, table = ''): Entry[] {
  return Object.entries(content).flatMap(([key, value]): Entry[] => {
    const name = bare(key);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return entriesOf(value, table === '' ? name : `${table}.${name}`);
    return [{ table, key: name, value }];
  });
}

/** Set where it stands, or above as `table.key = …` or `table = { … }`, beside which TOML allows no second definition of the table. */
function isSet({ table, key }: Entry, tables: readonly Table[]): boolean {
  const parts = table === '' ? [] : table.split('.');
  return tables.some(({ name, keys }) => {
    const above = name === '' ? [] : name.split('.');
    if (above.some((part, index) => parts[index] !== part)) return false;
    const rest = [...parts.slice(above.length), key];
    return rest.some((_, index) => keys.has(rest.slice(0, index + 1).join('.'))) || definesTable(keys, rest, name === table);
  });
}

/** Dotted keys define their tables: `[a]` after `a.b = 1` is refused by TOML. */
function definesTable(keys: ReadonlySet<string>, rest: readonly string[], same: boolean): boolean {
  const table = rest.slice(0, -1).join('.');
  return !same && table !== '' && [...keys].some((one) => one.startsWith(`${table}.`));
}

function tablesOf(lines: readonly string[]): Table[] {
  const tables: Array<{ name: string; end: number; keys: Set<string> }> = [{ name: '', end: 0, keys: new Set() }];
  let at = tables[0];
  let open: Open | undefined;
  lines.forEach((line, index) => {
    if (open) {
      open = stillOpen(line, open);
      if (at) at.end = index + 1;
      return;
    }
    const header = /^\s*\[\s*([^[\]]+?)\s*\]\s*([#;].*)?$/.exec(line);
    if (header || /^\s*\[\[/.test(line)) {
      // An array of tables has no name by which a key could be added to it.
      at = { name: header ? path(header[1] ?? '') : `[${index}]`, end: index + 1, keys: new Set() };
      tables.push(at);
      return;
    }
    const key = /^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=(.*)$/.exec(line);
    if (!key || !at) return;
    at.keys.add(path(key[1] ?? ''));
    at.end = index + 1;
    open = stillOpen(key[2] ?? '', { depth: 0, quote: '' });
  });
  return tables;
}

/** A value that goes on in the next line: brackets that are open, or the quotes of a text of several lines. */
type Open = { readonly depth: number; readonly quote: string };

function stillOpen(text: string, { depth, quote }: Open): Open | undefined {
  let at = 0;
  while (at < text.length) {
    if (quote !== '') {
      const end = text.indexOf(quote, at);
      if (end < 0) return { depth, quote };
      at = end + 3;
      quote = '';
      continue;
    }
    const rest = text.slice(at);
    const long = /^("""|''')/.exec(rest)?.[1];
    const short = /^("(?:\\.|[^"\\])*"|'[^']*')/.exec(rest)?.[1];
    if (rest.startsWith('#')) break;
    if (long) quote = long;
    else if (/^[[{]/.test(rest)) depth++;
    else if (/^[\]}]/.test(rest)) depth--;
    at += long?.length ?? short?.length ?? 1;
  }
  return depth > 0 || quote !== '' ? { depth, quote } : undefined;
}

/** A dotted name without spaces, and without quotes where it needs none. */
const path = (name: string): string =>
  (name.match(/"[^"]*"|'[^']*'|[^.\s]+/g) ?? []).map((part) => bare(part.replace(/^(["'])(.*)\1$/, '$2'))).join('.');

const bare = (key: string): string => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key));

function tomlValue(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`;
  return value === null ? '""' : JSON.stringify(value);
}

const iniValue = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
