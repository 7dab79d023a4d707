import type { Extra } from './reader.ts';

/** The tables of convoy formulas. */

type Names = readonly string[];

export const INPUT_TYPES = ['string', 'number', 'bool'] as const;

/** What a convoy formula is given at its run. */
export type Input = {
  readonly description: string;
  readonly type: string;
  readonly required: boolean;
  readonly required_unless: Names;
  readonly default?: string;
  readonly extra?: Extra;
};

/** One of the parallel pieces of a convoy, or one of the analyses of an aspect. */
export type Leg = {
  readonly id: string;
  readonly title: string;
  readonly focus: string;
  readonly description: string;
  readonly agent: string;
  readonly review_only: boolean;
  readonly extra?: Extra;
};

export type Synthesis = {
  readonly title: string;
  readonly description: string;
  readonly depends_on: Names;
  readonly extra?: Extra;
};
export type Output = {
  readonly directory: string;
  readonly leg_pattern: string;
  readonly synthesis: string;
  readonly extra?: Extra;
};
export type Preset = { readonly description: string; readonly legs: Names; readonly extra?: Extra };
