import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that lets nothing through: what a program asks it for is what would have left the machine. */
export type RecordingProxy = {
  /** Method and address, or host and port, of each attempt. */
  readonly attempts: readonly string[];
  /** Variables by which programs use it for all but loopback. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

const KEPT = 1000;

export async function startProxy(): Promise<RecordingProxy> {
  const attempts: string[] = [];
  const note = (line: string) => {
    if (attempts.length < KEPT) attempts.push(line);
  };
  const server = createServer((request, response) => {
    note(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    note(`CONNECT ${request.url}`);
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  return {
    attempts,
    env: {
      ...Object.fromEntries(names.map((name) => [name, url])),
      NO_PROXY: '127.0.0.1,localhost',
      no_proxy: '127.0.0.1,localhost',
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
