import { explain, Refused } from '#core/refusals';
import { serveTown, TAKEN } from '#daemon/worker';
import { pinoLog } from '#world/file-log';

/** The worker's process: `node worker.js <town> <socket>`. It is ready when it answers at its socket. TERM and INT stop it. */
const [root = '', socket = ''] = process.argv.slice(2);
const log = pinoLog();

process.on('unhandledRejection', (fault) => log.fault('unhandled', fault));
try {
  const town = await serveTown(root, socket, log);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void town.stop().finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (fault) {
  if (!(fault instanceof Refused)) throw fault;
  const { says, try: todo } = explain(fault.refusal);
  process.stderr.write(`${says}\n${todo}\n`);
  process.exit(fault.refusal.refused === 'WORKER_RUNS' ? TAKEN : 1);
}
