const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Reads a timeout as formulas write it, `1h30m` (hours are the longest unit). Answers ms, or undefined when it is none. */
export function parseTimeout(written: string): number | undefined {
  if (!/^(\d+(\.\d*)?(ns|us|µs|μs|ms|s|m|h))+$/.test(written)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of written.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|s|m|h)/g))
    ms += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return ms;
}
