import type { Merge } from '#core/records';
import type { Palette } from './colour.ts';

/** One thing that a landing looks at or does. `is`: as it should be, in the way, or to be done yet. */
export type Step = { readonly step: string; readonly is: 'good' | 'bad' | 'open'; readonly says: string };

/** What `land --dry-run` answers. */
export type LandPlan = {
  readonly dryRun: true;
  readonly merge: string;
  readonly work: string;
  readonly state: Merge['state'];
  readonly target: string;
  readonly steps: readonly Step[];
};

/** The plan, for people. */
export function landPlanText({ merge, work, target, steps }: LandPlan, paint: Palette): string {
  const mark = { good: paint.green('ok '), bad: paint.red('no '), open: paint.yellow('   ') };
  return [
    `Would land ${paint.bold(work)} (${merge}) on ${target} (nothing is changed):`,
    ...steps.map(({ step, is, says }) => `  ${mark[is]} ${step.padEnd(8)} ${says}`),
  ].join('\n');
}
