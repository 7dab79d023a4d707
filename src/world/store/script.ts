import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Link } from './link.ts';
import type { Reply } from './resp.ts';

/** A Lua script beside the code: sent by its digest, whole only to a server that does not know it. */
export type Script = (link: Link, keys: readonly string[], args: ReadonlyArray<string | number>) => Promise<Reply>;

/** Reads a script once, when it is first sent: most calls of gt send none. @param file its URL, e.g. `new URL('./commit.lua', import.meta.url)` */
export function script(file: URL): Script {
  let read: { source: string; digest: string } | undefined;
  return async (link, keys, args) => {
    read ??= readScript(file);
    const { source, digest } = read;
    try {
      return await link.call('EVALSHA', digest, keys.length, ...keys, ...args);
    } catch (fault) {
      if (!(fault instanceof Error) || !fault.message.startsWith('NOSCRIPT')) throw fault;
      return await link.call('EVAL', source, keys.length, ...keys, ...args);
    }
  };
}

function readScript(file: URL): { source: string; digest: string } {
  const source = readFileSync(file, 'utf8');
  return { source, digest: createHash('sha1').update(source).digest('hex') };
}
