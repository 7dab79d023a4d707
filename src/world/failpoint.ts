import { closeSync, openSync } from 'node:fs';

/**
 * A named place where a test kills this process, as kill -9 would: `GT_FAIL=<name>` in its environment, once per file `GT_FAIL_ONCE` (so that the
 * process that takes over gets past it). Nothing at all without the variable.
 */
export function failpoint(name: string): void {
  if (process.env['GT_FAIL'] !== name) return;
  const once = process.env['GT_FAIL_ONCE'];
  if (once)
    try {
      closeSync(openSync(once, 'wx'));
    } catch {
      return;
    }
  process.kill(process.pid, 'SIGKILL');
}
