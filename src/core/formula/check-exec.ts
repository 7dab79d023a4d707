import type { Path } from './faults.ts';
import type { StepExec } from './grammar-exec.ts';
import type { Report } from './report.ts';
import { parseTimeout } from './timeout.ts';

export type Tell = Record<'fault' | 'warn', (sub: Path, says: string, hint?: string) => void>;

/** Tells the report of places below one of a file. */
export function tellerAt(at: Path, file: string, report: Report): Tell {
  return {
    fault: (sub, says, hint) => report.fault(file, [...at, ...sub], says, hint),
    warn: (sub, says, hint) => report.warn(file, [...at, ...sub], says, hint),
  };
}

type Around = { readonly children?: readonly unknown[]; readonly loop?: unknown; readonly expand?: string | undefined };

/** What must hold among gt's own keys of one step. */
export function checkExec(step: StepExec & Around, tell: Tell): void {
  const { executor, run, timeout, check } = step;
  if (run !== undefined && executor !== undefined && executor !== 'command')
    tell.fault(['executor'], `\`run\` is for a command, and the executor is ${executor}`, 'leave one of the two out');
  if (executor === 'command' && run === undefined) tell.fault(['executor'], 'a command needs `run`', 'such as run = "npm test"');
  for (const key of ['done_if', 'repeatable'] as const)
    if (run === undefined && step[key] !== undefined) tell.fault([key], `\`${key}\` has a meaning only with \`run\``);
  if (executor === 'mark' && check !== undefined)
    tell.fault(['check'], 'a mark ends by itself: it has no check', 'make it a command: run = "…"');
  if (run !== undefined || check !== undefined) checkTimeout(timeout, ['timeout'], tell);
  else if (timeout !== undefined) tell.warn(['timeout'], '`timeout` has a meaning only with `run` or `check`');
  checkPlace(step, tell);
}

/** A step that gives way to others, or ends with them, does nothing itself. */
function checkPlace({ children = [], loop, expand, ...exec }: StepExec & Around, tell: Tell): void {
  const why =
    loop !== undefined
      ? 'a loop is done by the steps of its body'
      : expand !== undefined
        ? 'the expansion takes the place of this step'
        : children.length > 0
          ? 'a step with children ends with them'
          : undefined;
  if (why === undefined) return;
  for (const key of ['executor', 'run', 'check'] as const)
    if (exec[key] !== undefined) tell.fault([key], why, `put \`${key}\` on one of those steps`);
}

/** A timeout that holds `{` is judged when it has been filled. */
export function checkTimeout(written: string | undefined, at: Path, tell: Tell): void {
  if (written === undefined || written.includes('{') || parseTimeout(written) !== undefined) return;
  tell.fault(at, `"${written}" is no duration`, 'such as "90s", "1h30m"; the longest unit is h');
}
