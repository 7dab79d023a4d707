import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of the file that are held at once. */
const CHUNK = 1 << 20;
/** Bytes of the longest line between arguments: a sign and a length. */
const LINE = 32;

/**
 * Takes half a transaction off the end of the append-only file of a server that does not run, before that is started. A crash that cuts the file inside of
 * MULTI … EXEC makes Redis forget that transaction, as it should; but when the cut lies within a command, Redis leaves the whole commands before it in the
 * file and writes on behind them. At the next start they are carried out together with what follows: half a commit comes back. Anything else that is wrong
 * with the file is Redis' to judge.
 * @param data the server's directory
 * @returns bytes that were taken away
 */
export function mendTail(data: string): number {
  const file = lastFile(data);
  if (file === undefined) return 0;
  const fd = openSync(file, 'r+');
  try {
    const { size } = fstatSync(fd);
    const open = openTransaction(fd, size);
    if (open === undefined) return 0;
    ftruncateSync(fd, open);
    fsyncSync(fd);
    return size - open;
  } finally {
    closeSync(fd);
  }
}

/** The file that the server writes on in: the last one of its manifest, or the only one of a server before Redis 7. */
function lastFile(data: string): string | undefined {
  const folder = join(data, 'appendonlydir');
  const manifest = join(folder, 'appendonly.aof.manifest');
  const single = join(data, 'appendonly.aof');
  if (!existsSync(manifest)) return existsSync(single) ? single : undefined;
  const names = [...readFileSync(manifest, 'utf8').matchAll(/^file (\S+) seq \d+ type i\b/gm)].map(([, name]) => name ?? '');
  const file = join(folder, names.at(-1) ?? '');
  return names.length > 0 && existsSync(file) ? file : undefined;
}

/** Where a transaction begins that has no end; undefined when there is none. */
function openTransaction(fd: number, size: number): number | undefined {
  const bytes = reader(fd, size);
  let began: number | undefined;
  for (let at = 0; at < size; ) {
    const command = commandAt(at, bytes);
    if (command === 'strange') return undefined;
    if (command === 'cut' || command.end > size) return began;
    if (command.word === 'MULTI') began ??= at;
    else if (command.word === 'EXEC') began = undefined;
    at = command.end;
  }
  return began;
}

/** Reads up to `LINE` bytes as text. */
type Bytes = (at: number) => string;

function reader(fd: number, size: number): Bytes {
  const held = Buffer.alloc(Math.min(CHUNK, size) + LINE);
  let from = 0;
  let count = 0;
  return (at) => {
    if (at < from || at + LINE > from + count) {
      from = at;
      count = readSync(fd, held, 0, held.length, at);
    }
    return held.toString('latin1', at - from, Math.min(at - from + LINE, count));
  };
}

/** A command's end, and its word when that is all it says. */
function commandAt(start: number, bytes: Bytes): { word: string; end: number } | 'cut' | 'strange' {
  const head = lineAt(start, bytes);
  if (head === undefined) return 'cut';
  // A note of the time: redis writes it on a line of its own.
  if (head.text.startsWith('#')) return { word: '', end: head.end };
  if (!/^\*\d+$/.test(head.text)) return 'strange';
  const count = Number(head.text.slice(1));
  let at = head.end;
  let word = '';
  for (let i = 0; i < count; i++) {
    const length = lineAt(at, bytes);
    if (length === undefined) return 'cut';
    if (!/^\$\d+$/.test(length.text)) return 'strange';
    const long = Number(length.text.slice(1));
    if (count === 1 && long <= 5) word = bytes(length.end).slice(0, long).toUpperCase();
    at = length.end + long + 2;
  }
  return { word, end: at };
}

function lineAt(at: number, bytes: Bytes): { text: string; end: number } | undefined {
  const text = bytes(at);
  const end = text.indexOf('\r\n');
  if (end !== -1) return { text: text.slice(0, end), end: at + end + 2 };
  return text.length < LINE ? undefined : { text: 'too long', end: at };
}
