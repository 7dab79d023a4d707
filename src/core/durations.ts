const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a duration as people write it: `"5s"`, `"1.5m"`, `"1h30m"`, or a number of ms. Answers ms, or undefined when it is none (negative ones too). */
export function parseDuration(written: unknown): number | undefined {
  if (typeof written === 'number') return Number.isFinite(written) && written >= 0 ? Math.round(written) : undefined;
  if (typeof written !== 'string') return undefined;
  const text = written.trim();
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) ms += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return Math.round(ms);
}
