import { setTimeout as pause } from 'node:timers/promises';

const LOOK_AGAIN_MS = 15;

/** Waits until the predicate gives something (not false, undefined or null) and answers it; fails with what was waited for after `deadlineMs`. */
export async function until<T>(
  what: string,
  predicate: () => T | Promise<T>,
  deadlineMs = 10_000,
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const answer = await predicate();
    if (answer !== false && answer !== undefined && answer !== null) return answer as Exclude<T, false | undefined | null>;
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms in vain until ${what}`);
    await pause(LOOK_AGAIN_MS);
  }
}
