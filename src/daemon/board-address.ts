import { rmSync } from 'node:fs';
import { type QueueName, queues } from '#queues/index';
import { readText, writeWhole } from '#world/config/json-file';
import { townLayout } from '#world/config/layout';
import type { Log } from '#world/log';
import type { Footing } from './sleepers.ts';

/**
 * Serves the board and writes its address down for `gt status`; `forget` takes the address away, if it is (still) this worker's. A board that cannot be served
 * must not keep the town from working: it is left out, and said so. Its libraries load when runs are watched already.
 */
export async function openBoard(root: string, { jobs }: Pick<Footing, 'jobs'>, port: number, log: Log) {
  const file = townLayout(root).boardAddress;
  const all = (Object.keys(queues) as QueueName[]).map((name) => jobs.get(name));
  const { serveBoard } = await import('#dashboard/board');
  const board = await serveBoard(all, port).catch((fault: unknown) => void log.fault('the board cannot be served', fault));
  const address = `${board?.url ?? ''}\n`;
  writeWhole(file, address, { sync: false });
  const forget = () => {
    if (readText(file) === address) rmSync(file, { force: true });
  };
  return { url: board?.url, close: async () => board?.close(), forget };
}
