import { askLine } from '#world/processes/line-socket';
import { type Being, bornOf } from '#world/processes/process';

/**
 * Asks the worker whether it serves; it answers `{"ok": true, "pid": …}` to `{"do": "ping"}`, and `{"ok": false, "loading": true, "pid": …}` while it is still
 * at work on the books. Rejects when it does not within `limitMs`.
 */
export async function pingWorker(socket: string, limitMs: number): Promise<{ pid: number; is: 'ready' | 'loading' }> {
  const { ok, loading, pid } = await askLine(socket, { do: 'ping' }, limitMs);
  if (!ok && loading !== true) throw new Error('the worker says that it does not serve');
  return { pid: Number(pid), is: ok ? 'ready' : 'loading' };
}

/** The worker that answers on a socket, found without its pid file. */
export async function workerBehind(socket: string, limitMs: number): Promise<Being | undefined> {
  const { pid } = await pingWorker(socket, limitMs).catch(() => ({ pid: 0 }));
  const born = bornOf(pid);
  return born ? { pid, born } : undefined;
}
