import type { Group } from '#cli/command';

/** Formulas at work: molecules and their steps. */
export const mol: Group = {
  verbs: {},
};
