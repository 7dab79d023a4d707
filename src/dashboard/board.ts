import { createServer, type Server } from 'node:http';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import express from 'express';

/**
 * Serves Bull Board at /queues on loopback, read-only: what it would let a person do to a job, only gt's own verbs may do. When the port is taken, as by
 * the board of another town, it takes any free one.
 */
export async function serveBoard(
  queues: ReadonlyArray<ConstructorParameters<typeof BullMQAdapter>[0]>,
  port: number,
): Promise<{ url: string; close: () => Promise<void> }> {
  const adapter = new ExpressAdapter();
  adapter.setBasePath('/queues');
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: adapter,
    // A job's data is its id alone; what it waits for is its progress.
    options: { uiConfig: { boardTitle: 'Gas Town', jobDetails: { defaultTab: 'Progress' }, hideDocsLink: true } },
  });
  const app = express();
  app.disable('x-powered-by');
  // A page of another site must not read the board through a name of its own that points to loopback.
  app.use((request, response, next) => {
    if (/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) next();
    else response.status(403).type('text').send('This board answers to localhost only.\n');
  });
  app.get('/', (_request, response) => response.redirect('/queues'));
  app.use('/queues', adapter.getRouter());
  const server = createServer(app);
  await listen(server, port).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'EADDRINUSE') throw fault;
    return listen(server, 0);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}/queues`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}
