import { RENEW_MS } from '#core/limits';
import type { Step } from '#core/records';
import type { World } from '#world/world';

/**
 * Does something for as long as its step is open: when somebody closes the step meanwhile, or takes it away, what runs is told to end by its signal.
 * @returns false when that happened
 */
export async function whileOpen(
  step: Step,
  world: World,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const ear = world.news.listen([step.id]);
  const ended = new AbortController();
  const over = new AbortController();
  const watch = async () => {
    for (;;) {
      await ear.next(world.desk.clock.now() + RENEW_MS, over.signal);
      const now = await world.desk.books.read('step', step.id);
      if (now && now.status !== 'closed') continue;
      ended.abort(new Error(`${step.id} has been closed`));
      return;
    }
  };
  // A look that fails (Redis is away) is none: what runs comes to its own end.
  const watching = watch().catch(() => undefined);
  try {
    await run(AbortSignal.any([signal, ended.signal]));
    return true;
  } catch (fault) {
    if (signal.aborted || !ended.signal.aborted) throw fault;
    return false;
  } finally {
    over.abort();
    ear.close();
    await watching;
  }
}
