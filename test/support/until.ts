import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 3;

/** Waits until a predicate answers something true, and gives that back; throws after the deadline (ms, generous: no verdict depends on it). */
export async function until<T>(
  what: string,
  predicate: () => T | Promise<T>,
  deadlineMs = 20_000,
): Promise<Exclude<T, false | undefined | null>> {
  const over = performance.now() + deadlineMs;
  for (;;) {
    const answer = await predicate();
    if (answer) return answer as Exclude<T, false | undefined | null>;
    if (performance.now() >= over) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await pause(POLL_MS);
  }
}
