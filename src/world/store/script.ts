import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Link } from './link.ts';
import type { Reply } from './resp.ts';

/** A Lua script beside the code: sent by its digest, whole only to a server that does not know it. */
export type Script = (link: Link, keys: readonly string[], args: ReadonlyArray<string | number>) => Promise<Reply>;

/** Reads a script once. @param file its URL, e.g. `new URL('./commit.lua', import.meta.url)` */
export function script(file: URL): Script {
  const source = readFileSync(file, 'utf8');
  const digest = createHash('sha1').update(source).digest('hex');
  return async (link, keys, args) => {
    try {
      return await link.call('EVALSHA', digest, keys.length, ...keys, ...args);
    } catch (fault) {
      if (!(fault instanceof Error) || !fault.message.startsWith('NOSCRIPT')) throw fault;
      return await link.call('EVAL', source, keys.length, ...keys, ...args);
    }
  };
}
