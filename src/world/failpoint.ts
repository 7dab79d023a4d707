import { closeSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';

/**
 * A named place where a test kills this process, as kill -9 would. Nothing at all without `GT_FAIL` in its environment:
 * - `GT_FAIL=<name>`: at that place, once per file `GT_FAIL_ONCE` (so that the process that takes over gets past it);
 * - `GT_FAIL=@<file>`: at the place that the file names when it is passed, `<name>` or `<name> <n>` for the n-th time from now on; the file goes with
 *   the kill. So a process that runs already can be told. With `<name> <n> stop` it is stopped there (SIGSTOP), and goes on when it is told to.
 */
export function failpoint(name: string): void {
  const wanted = process.env['GT_FAIL'];
  if (wanted === undefined) return;
  if (wanted.startsWith('@')) {
    const ordered = orderedAt(wanted.slice(1), name);
    if (ordered) process.kill(process.pid, ordered);
  } else if (wanted === name && isFirst(process.env['GT_FAIL_ONCE'])) process.kill(process.pid, 'SIGKILL');
}

function isFirst(once: string | undefined): boolean {
  try {
    if (once) closeSync(openSync(once, 'wx'));
    return true;
  } catch {
    return false;
  }
}

function orderedAt(file: string, name: string): 'SIGKILL' | 'SIGSTOP' | undefined {
  try {
    const [place, count = '1', how = 'kill'] = readFileSync(file, 'utf8').trim().split(' ');
    if (place !== name) return undefined;
    const left = Number(count) - 1;
    if (left > 0) writeFileSync(file, `${place} ${left} ${how}`);
    else unlinkSync(file);
    if (left > 0) return undefined;
    return how === 'stop' ? 'SIGSTOP' : 'SIGKILL';
  } catch {
    return undefined;
  }
}
