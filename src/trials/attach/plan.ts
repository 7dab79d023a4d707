/** How long the soak of attaching takes, what it is drawn by, and what is done in it. */
export type AttachPlan = { readonly seconds: number; readonly seed: number };

const HOUR_S = 3600;

/** Reads a plan from words: `--seconds=120 --seed=3`. @throws Error that says what is wrong */
export function readAttachPlan(words: readonly string[], seed: number): AttachPlan {
  const plan: Record<string, number> = { seconds: HOUR_S, seed };
  for (const word of words) {
    const [, name = '', value = ''] = /^--(seconds|seed)=(\d+)$/.exec(word) ?? [];
    if (name === '') throw new Error(`\`${word}\` is no word of this trial: use --seconds=N or --seed=N.`);
    plan[name] = Number(value);
  }
  return plan as unknown as AttachPlan;
}

/** What is done. */
export type Act = 'type' | 'reattach' | 'resize' | 'kill worker' | 'upgrade' | 'hand off' | 'kill mayor';
/** How often each is done, of all of them together: processes are replaced now and then, keys are pressed all the time. */
export const WEIGHTS: ReadonlyArray<readonly [Act, number]> = [
  ['type', 8],
  ['reattach', 6],
  ['resize', 6],
  ['kill worker', 2],
  ['upgrade', 2],
  ['hand off', 2],
  ['kill mayor', 1],
];
/** The mayor is not killed more often than this within the time in which five crashes break its loop off: it is handed off instead. */
export const KILLS = 3;
