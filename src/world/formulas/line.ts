import { createHash } from 'node:crypto';
import type { Source } from '#core/formula/parse';
import type { FormulaFile } from './formula-files.ts';

/** A formula in a list. */
export type FormulaLine = {
  readonly name: string;
  readonly type: string | null;
  /** First line of what it says of itself. */
  readonly description: string;
  readonly version: number | null;
  /** How many steps it cooks to; null of an aspect, and of a formula with faults. */
  readonly steps: number | null;
  readonly vars: readonly VarLine[];
  readonly origin: FormulaFile['origin'];
  readonly source: string;
  readonly shadows: FormulaFile['shadows'];
  readonly faults: readonly string[];
};

export type VarLine = {
  readonly name: string;
  readonly description: string;
  /** It must be given when the formula is poured. */
  readonly required: boolean;
  readonly default: string | null;
};

/** What a list says of a formula, and by which digests of which formulas' files it is known; of one that is not there, the empty one. */
export type Known = {
  readonly says: Pick<FormulaLine, 'type' | 'description' | 'version' | 'steps' | 'vars'>;
  readonly reads: Readonly<Record<string, string>>;
};

/** Of a formula's file, by which a change of it is known; empty where there is none. What cannot be read is like nothing else. */
export function digestOf(source: Source | undefined): string {
  if (!source) return '';
  return source.fault ? 'unread' : createHash('sha256').update(source.text).digest('base64').slice(0, 22);
}
