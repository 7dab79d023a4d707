const STEPS: ReadonlyArray<[name: string, ms: number]> = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** How long `ms` is, in its largest whole unit: `45 s`, `3 min`, `2 h`, `12 d`. Less than a second is `0 s`. */
export function duration(ms: number): string {
  const size = Math.abs(ms);
  const [name, unit] = STEPS.find(([, step]) => size >= step) ?? ['s', 1_000];
  return `${Math.floor(size / unit)} ${name}`;
}

/** How long something still lasts: a part of a second counts as one, of ten minutes or more a part of a minute, so that what has just begun is told as it was asked for. */
export function timeLeft(ms: number): string {
  const step = ms >= 600_000 ? 60_000 : 1_000;
  return duration(Math.max(1, Math.ceil(ms / step)) * step);
}

/** When `at` is, seen from `now` (ms both): `now`, `3 min ago`, `in 2 h`. */
export function relativeTime(at: number, now: number): string {
  if (Math.abs(now - at) < 1_000) return 'now';
  return at < now ? `${duration(now - at)} ago` : `in ${timeLeft(at - now)}`;
}
