import { timeLeft } from '#core/relative-time';
import type { SlingPlan } from '#views/sling-plan';
import type { Show } from './command.ts';

/** What `sling` would refuse, in words. */
export type Not = {
  readonly id: string;
  readonly code: string;
  readonly says: string;
  readonly try: string;
  readonly exit: number;
};

/** What `sling --dry-run` answers. With a formula one item that cannot be slung holds up all, since nothing is poured on an item that stays. */
export type DryRun = {
  readonly dryRun: true;
  readonly would: readonly SlingPlan[];
  readonly not: readonly Not[];
  readonly running: boolean;
};

const SLOTS = { free: 'a slot is free', line: 'waits in line for a slot', none: 'takes no slot yet' };

/** The answer, for people. */
export function planText({ would, not, running }: DryRun, { paint, now }: Pick<Show, 'paint' | 'now'>): string {
  const lines = would.flatMap(({ id, title, agent, manual, waitsFor, slot, putOff, molecule, formula }) => {
    const who = agent === null ? 'no agent of its own' : manual ? 'a person' : agent;
    const late = putOff ? `, begins in ${timeLeft(putOff.until - now)} at the earliest` : '';
    const waits = waitsFor.length > 0 ? `waits for ${waitsFor.join(', ')}` : SLOTS[slot];
    const steps = formula?.steps.map((step) => `    ${step.id}  ${step.title} ${paint.dim(`(${step.does})`)}`) ?? [];
    const name = molecule ? `${molecule} (${formula?.name})` : formula?.name;
    const on = formula ? ` on ${name}, ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}${molecule ? ' left' : ''}` : '';
    return [`  ${paint.bold(id)} ${title}${on}: ${who}, ${waits}${late}`, ...steps];
  });
  return [
    would.length > 0 ? 'Would sling (nothing is changed):' : 'Nothing would be slung.',
    ...lines,
    ...new Set(would.flatMap(({ putOff }) => (putOff ? [`${putOff.why}.`] : []))),
    ...not.map(({ id, says, try: todo }) => `  ${paint.red(id)} not: ${says} ${todo}`),
    ...(running ? [] : [paint.yellow('The town is not running: nothing would start before `gt up`.')]),
  ].join('\n');
}
