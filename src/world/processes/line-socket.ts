import { chmodSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A control socket: a client sends one JSON value on a line, and gets one JSON value on a line. The worker and the supervisor have one each. */

const LONGEST_LINE = 256 * 1024;
const LAST_ANSWERS_MS = 2000;

/** What a control socket answers with: always an object that says whether it went well. */
export type LineAnswer = { readonly ok: boolean; readonly [key: string]: unknown };

export type LineServer = {
  /** Hears nobody new, gives the answers that are due within 2 s, and removes the socket, if it is still this server's. */
  close(): Promise<void>;
};

/** Calls `take` for each line that arrives; a line over 256 kB ends the connection. */
function eachLine(socket: Socket, take: (line: string) => void): void {
  let pending = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (pending.length > LONGEST_LINE) socket.destroy(new Error(`a line has more than ${LONGEST_LINE} characters`));
  });
}

/**
 * Serves a control socket at `path`, readable by this user alone. It appears there by rename, so that who sees it can connect, and it replaces what a dead
 * server left. An answer that throws is told to the client as `{ok: false, fault}`; a socket's own errors end that connection only.
 */
export async function serveLines(
  path: string,
  answer: (request: unknown) => LineAnswer | Promise<LineAnswer>,
): Promise<LineServer> {
  const open = new Set<Socket>();
  const replies = new Set<Promise<void>>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    eachLine(socket, (line) => {
      const replied = reply(line, answer).then((text) => {
        if (socket.writable) socket.write(text);
        replies.delete(replied);
      });
      replies.add(replied);
    });
  });
  // One character longer than the path, which is short enough for that (see socketPath).
  const draft = `${path}~`;
  rmSync(draft, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(draft, resolve);
  });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
  const ours = lstatSync(path).ino;
  return {
    async close() {
      if (lstatSync(path, { throwIfNoEntry: false })?.ino === ours) rmSync(path, { force: true });
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const given = new AbortController();
      const late = pause(LAST_ANSWERS_MS, undefined, { signal: given.signal }).catch(() => undefined);
      await Promise.race([Promise.all(replies), late]);
      given.abort();
      for (const socket of open) socket.destroySoon();
      await closed;
    },
  };
}

async function reply(line: string, answer: (request: unknown) => LineAnswer | Promise<LineAnswer>): Promise<string> {
  let said: LineAnswer;
  try {
    said = await answer(JSON.parse(line));
  } catch (fault) {
    said = { ok: false, fault: (fault as Error).message };
  }
  return `${JSON.stringify(said)}\n`;
}

/** Asks a control socket one thing. Rejects when nobody listens, the connection ends without an answer, or `limitMs` have passed. */
export function askLine(path: string, request: unknown, limitMs: number): Promise<LineAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const timer = setTimeout(() => socket.destroy(new Error(`${path} did not answer within ${limitMs} ms`)), limitMs);
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    eachLine(socket, (line) => {
      try {
        resolve(JSON.parse(line) as LineAnswer);
      } catch (fault) {
        reject(fault as Error);
      }
      socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error(`${path} ended the connection without an answer`));
    });
  });
}

/** Whether somebody accepts connections at `path`: resolves when connected, rejects otherwise or after `limitMs`. */
export function knock(path: string, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const timer = setTimeout(() => socket.destroy(new Error(`${path} did not accept within ${limitMs} ms`)), limitMs);
    socket.on('connect', () => {
      resolve();
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error(`${path} closed`));
    });
  });
}
