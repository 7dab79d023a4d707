import type { Step } from './grammar.ts';
import type { Report } from './report.ts';
import { needsOf } from './step.ts';
import { WAITS_FORMS, waitsOf } from './waits.ts';

/**
 * Steps made ready for cooking: all that a step needs in `needs`, once, and who is meant by `waits_for` while that can still be told. The one whose
 * children are waited for is needed too: it and its children must have ended.
 */
export function prepared(steps: readonly Step[], report: Report): Step[] {
  return steps.map((step) => {
    const waits = step.waits ?? waitsOf(step);
    if (waits === 'no-spawner' || (step.waits_for !== undefined && waits === undefined))
      report.fault(step.origin.file, [...step.origin.at, 'waits_for'], `\`${step.waits_for}\` is not understood`, WAITS_FORMS);
    const known = typeof waits === 'object' ? waits : undefined;
    return {
      ...step,
      needs: [...new Set([...needsOf(step), ...(known ? [known.spawner] : [])])],
      depends_on: [],
      children: prepared(step.children, report),
      ...(known ? { waits: known } : {}),
      ...(step.loop ? { loop: { ...step.loop, body: prepared(step.loop.body, report) } } : {}),
    };
  });
}
