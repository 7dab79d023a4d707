import { stringify } from 'smol-toml';
import { type Source, tableOf } from '#core/formula/parse';
import { Report } from '#core/formula/report';
import type { Refusal } from '#core/refusals';
import { invalidFormula } from './cook-with.ts';

/** A formula file as TOML, with every key that it has; a null, which TOML cannot write, is left out. */
export function asToml(source: Source, name: string): string | Refusal {
  const report = new Report();
  const raw = tableOf(source, report);
  return raw ? `${stringify(withoutNulls(raw) as Record<string, unknown>).trimEnd()}\n` : invalidFormula(name, report.faults);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== null).map(withoutNulls);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null)
      .map(([key, one]) => [key, withoutNulls(one)]),
  );
}
